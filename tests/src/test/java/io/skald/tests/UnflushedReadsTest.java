package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A querier with a small heap is asked for more than that of what ingesters have not flushed, by
 * several at a time: all are answered, wholly, and it lives.
 */
class UnflushedReadsTest {
  /** Of 192 MB of heap; the lines below take three times 60 MB. */
  private static final String SETTINGS =
      """
      storage_config: {pack_cache_size: 16MB}
      querier: {cache_size: 24MB, max_query_memory: 32MB, max_total_query_memory: 40MB}
      ingester: {max_unflushed_bytes: 100MB, chunk_target_size: 67108864}
      limits_config:
        discover_service_name: []
        discover_log_levels: false
        ingestion_rate_mb: 1000
        ingestion_burst_size_mb: 1000
        per_stream_rate_limit: 1GB
        per_stream_rate_limit_burst: 1GB
      """;

  private static final int STREAMS = 5;
  private static final int PUSHES = 40;
  private static final int LINES = 7_500;
  private static final int WORDS = 20;
  private static final int COPIES = 3;
  private static final long STEP = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final String SELECTOR = "{app=~\"a.+\"}";
  private static final String HEAVY =
      "sum(count_over_time(" + SELECTOR + " | regexp `(?P<w>[a-z]+)` | w!=`` [20m]))";

  @TempDir Path directory;

  private final Random random = new Random(7);
  private final long start = System.currentTimeMillis() * 1_000_000 - 15 * MINUTE;

  /** Hard to compress. */
  private String line() {
    StringBuilder line = new StringBuilder();
    for (int word = 0; word < WORDS; word++) {
      line.append((char) ('a' + random.nextInt(26)))
          .append(random.nextInt(100_000_000))
          .append(' ');
    }
    return line.toString();
  }

  private long push(SkaldClient distributor, int number) {
    StringBuilder values = new StringBuilder();
    long bytes = 0;
    for (int i = 0; i < LINES; i++) {
      String line = line();
      bytes += line.length();
      long timestamp = start + ((long) number * LINES + i) * STEP;
      values.append(i == 0 ? "[\"" : ",[\"").append(timestamp).append("\",\"").append(line);
      values.append("\"]");
    }
    distributor.push("{\"app\":\"a%d\"}".formatted(number % STREAMS), values);
    return bytes;
  }

  private SkaldClient.Answer ask(SkaldClient querier, String path, String... parameters) {
    List<String> all = new ArrayList<>(List.of(parameters));
    all.addAll(List.of("start", "" + start, "end", "" + (start + 15 * MINUTE)));
    SkaldClient.Answer answer = querier.get("/loki/api/v1/" + path, all.toArray(String[]::new));
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer;
  }

  @Test
  void reads_ofMoreThanTheHeap_areAnswered() throws Exception {
    assumeTrue(
        ClusterTest.isInstalled("etcd"), "skipped: etcd is not installed (Debian: etcd-server)");
    try (ProcessCluster cluster =
            new ProcessCluster(directory, ProcessCluster.ETCD_RINGS, "", SETTINGS);
        ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      cluster.startEtcd();
      for (String name :
          List.of("ingester-1", "ingester-2", "ingester-3", "distributor-1", "querier-1")) {
        cluster.add(name);
      }
      for (String name : List.of("distributor-1", "querier-1")) {
        cluster.awaitIngesters(name, COPIES);
      }
      long bytes = 0;
      for (int i = 0; i < PUSHES; i++) {
        bytes += push(cluster.client("distributor-1"), i);
      }
      SkaldClient querier = cluster.client("querier-1");

      List<Future<SkaldClient.Answer>> counts = new ArrayList<>();
      List<Future<SkaldClient.Answer>> entries = new ArrayList<>();
      List<Future<SkaldClient.Answer>> volumes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        String direction = i == 0 ? "forward" : "backward";
        counts.add(
            users.submit(
                () -> ask(querier, "query", "query", HEAVY, "time", "" + (start + 10 * MINUTE))));
        entries.add(
            users.submit(() ->
                ask(
                    querier,
                    "query_range",
                    "query",
                    SELECTOR,
                    "limit",
                    "100",
                    "direction",
                    direction)));
        volumes.add(users.submit(() -> ask(querier, "index/stats", "query", SELECTOR)));
      }

      int lines = PUSHES * LINES;
      for (Future<SkaldClient.Answer> count : counts) {
        assertThat(count.get().json().at("/data/result/0/value/1").asString())
            .isEqualTo("" + lines);
      }
      for (Future<SkaldClient.Answer> answer : entries) {
        assertThat(answer.get().json().at("/data/result").findValues("values"))
            .hasSizeGreaterThan(0)
            .satisfies(values ->
                assertThat(values.stream().mapToInt(one -> one.size()).sum()).isEqualTo(100));
      }
      for (Future<SkaldClient.Answer> volume : volumes) {
        assertThat(volume.get().json().get("entries").asLong()).isEqualTo(lines);
        assertThat(volume.get().json().get("bytes").asLong()).isEqualTo(bytes);
      }
      assertThat(cluster.process("querier-1").isAlive()).isTrue();
      assertThat(cluster.client("ingester-1").metric("skald_ingester_unflushed_bytes"))
          .isGreaterThan(20 << 20);
      assertThat(querier.metric("skald_querier_query_memory_bytes")).isZero();
    }
  }
}
