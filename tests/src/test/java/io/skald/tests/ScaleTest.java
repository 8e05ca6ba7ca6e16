package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Ingesters come and go while entries are pushed and read. */
class ScaleTest {
  private static final String ALL = "{app=\"scale\"}";
  private static final long HOUR = Duration.ofHours(1).toNanos();

  @TempDir Path directory;
  private final Queue<String> acknowledged = new ConcurrentLinkedQueue<>();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicBoolean running = new AtomicBoolean(true);

  private static long now() {
    return Duration.ofMillis(System.currentTimeMillis()).toNanos();
  }

  /** Pushes one line after the other; none may be refused. */
  private void write(SkaldClient client, int writer) {
    for (int i = 0; running.get(); i++) {
      String line = "line-" + writer + "-" + i;
      byte[] body =
          ("{\"streams\":[{\"stream\":{\"app\":\"scale\",\"shard\":\"%d-%d\"},"
                  + "\"values\":[[\"%d\",\"%s\"]]}]}")
              .formatted(writer, i % 7, now(), line)
              .getBytes(StandardCharsets.UTF_8);
      SkaldClient.Answer answer = client.post("/loki/api/v1/push", "application/json", body);
      if (answer.status() == 204) {
        acknowledged.add(line);
        count.incrementAndGet();
      } else {
        failures.add("push: " + answer.status() + " " + answer.text());
      }
    }
  }

  /** Reads all the time; whatever was acknowledged before must be in the answer. */
  private void read(SkaldClient client) {
    while (running.get()) {
      int least = count.get();
      SkaldClient.Answer answer =
          client.get("/loki/api/v1/query", "query", "sum(count_over_time(" + ALL + "[1h]))");
      if (answer.status() != 200) {
        failures.add("read: " + answer.status() + " " + answer.text());
      } else if (number(answer) < least) {
        failures.add("read: " + number(answer) + " of " + least);
      }
    }
  }

  private static int number(SkaldClient.Answer answer) {
    JsonNode result = answer.json().get("data").get("result");
    return result.isEmpty() ? 0 : Integer.parseInt(result.get(0).get("value").get(1).asString());
  }

  private void awaitMore(int lines) {
    int target = count.get() + lines;
    Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> count.get() >= target);
  }

  @Test
  void ingesters_threeThenFiveThenThree_loseNothingAndAlwaysAnswer() throws Exception {
    String settings =
        """
        auth_enabled: false
        ingester_client: {remote_timeout: 60s}
        """;
    try (LoopbackCluster cluster = new LoopbackCluster(directory, settings)) {
      // The gateway leads a connection where its first request goes.
      SkaldClient writer = new SkaldClient(cluster.address());
      SkaldClient reader = new SkaldClient(cluster.address());
      List<Thread> threads =
          List.of(
              Thread.ofVirtual().start(() -> write(writer, 0)),
              Thread.ofVirtual().start(() -> write(writer, 1)),
              Thread.ofVirtual().start(() -> read(reader)));

      awaitMore(50);
      cluster.startIngester();
      cluster.startIngester();
      awaitMore(50);
      cluster.stopIngester();
      awaitMore(20);
      cluster.stopIngester();
      awaitMore(50);
      running.set(false);
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(failures).isEmpty();
      List<String> read =
          reader.entries(ALL, now() - HOUR, now() + HOUR).stream()
              .map(SkaldClient.Entry::line)
              .toList();
      assertThat(read).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(acknowledged);
    }
  }
}
