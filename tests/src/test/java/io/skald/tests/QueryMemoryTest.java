package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A query that needs more memory than it may fails alone; those beside it are answered. */
class QueryMemoryTest {
  private static final long START = 1_772_442_000_000_000_000L;
  private static final int LINES = 20_000;
  private static final int ROUNDS = 20;
  private static final String HEAVY = "count_over_time({app=\"dock\"} | logfmt [1h])";
  private static final String SETTINGS =
      """
      querier: {max_query_memory: 1MB}
      limits_config: {reject_old_samples: false, max_query_series: 0}
      """;
  private static final String LIGHT = "sum(count_over_time({app=\"dock\"}[1h]))";

  @TempDir Path directory;

  @Test
  void query_overItsMemory_failsAloneAndNamesTheLimit() throws Exception {
    int port = SkaldProcess.freePort();
    try (SkaldProcess server = SkaldProcess.serve(directory, port, SETTINGS);
        ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      SkaldClient client = new SkaldClient(server.address());
      push(client);
      CountDownLatch begin = new CountDownLatch(1);
      List<Future<SkaldClient.Answer>> heavy = new ArrayList<>();
      List<Future<SkaldClient.Answer>> light = new ArrayList<>();
      for (int i = 0; i < ROUNDS; i++) {
        heavy.add(users.submit(() -> query(client, HEAVY, begin)));
        light.add(users.submit(() -> query(client, LIGHT, begin)));
      }
      begin.countDown();

      for (Future<SkaldClient.Answer> answer : heavy) {
        assertThat(answer.get().status()).isEqualTo(400);
        assertThat(answer.get().text()).contains("querier.max_query_memory", "1048576 bytes");
      }
      for (Future<SkaldClient.Answer> answer : light) {
        assertThat(answer.get().status()).as(answer.get().text()).isEqualTo(200);
        assertThat(answer.get().text()).contains("\"" + LINES + "\"");
      }
      assertThat(server.isAlive()).isTrue();
    }
  }

  private static void push(SkaldClient client) {
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      values.append(i == 0 ? "" : ",");
      values.append("[\"%d\",\"id=%d took=%dms\"]".formatted(START + i, i, i % 100));
    }
    client.push("{\"app\":\"dock\"}", values);
  }

  private static SkaldClient.Answer query(SkaldClient client, String query, CountDownLatch begin)
      throws InterruptedException {
    begin.await();
    return client.get(
        "/loki/api/v1/query", "query", query, "time", Long.toString(START + 1_000_000_000L));
  }
}
