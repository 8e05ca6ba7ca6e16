package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that compacts, and carries delete requests out. */
class CompactionTest {
  private static final long START = 1_772_442_000_000_000_000L;
  private static final int FLUSHES = 8;
  private static final long WAIT_NANOS = 60_000_000_000L;
  private static final String SETTINGS =
      """
      compactor:
        compaction_interval: 1s
        min_file_age: 0s
        retention_enabled: true
        delete_request_cancel_period: 0s
      limits_config: {reject_old_samples: false, discover_log_levels: false}
      """;

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);

  @Test
  void compactor_mergesAndDeletes_queriesSeeWhatTheyShould() throws IOException {
    try (SkaldProcess server = SkaldProcess.serve(directory, port, SETTINGS)) {
      for (int i = 0; i < FLUSHES; i++) {
        client.push(
            "{\"app\":\"dock\"}",
            "[\"%d\",\"open %d\"],[\"%d\",\"secret %d\"]"
                .formatted(START + 2 * i, i, START + 2 * i + 1, i));
        client.post("/flush", "text/plain", new byte[0]);
      }
      await(() -> metric("skald_compactor_rewritten_packs_total") >= 4);
      assertThat(lines()).hasSize(2 * FLUSHES).doesNotHaveDuplicates();

      String query = "{app=\"dock\"} |= \"secret\"";
      SkaldClient.Answer answer =
          client.send(
              HttpRequest.newBuilder(
                      URI.create(
                          server.address()
                              + "/loki/api/v1/delete?start=1772442000&end=1772442001&query="
                              + URLEncoder.encode(query, StandardCharsets.UTF_8)))
                  .method("POST", HttpRequest.BodyPublishers.noBody()));
      assertThat(answer.status()).as(answer.text()).isEqualTo(204);
      assertThat(lines()).hasSize(FLUSHES);
      await(() -> metric("skald_compactor_removed_entries_total") >= FLUSHES);
      assertThat(lines()).hasSize(FLUSHES).allMatch(line -> line.startsWith("open"));
      // The progress is told a moment after the entries are counted.
      await(() -> client.get("/loki/api/v1/delete").text().contains("% Complete"));
      server.kill();
    }
    try (Stream<Path> walk = Files.walk(directory)) {
      // Without the request nothing hides the entries: they have to be gone.
      for (Path requests : walk.filter(path -> path.toString().endsWith(".request")).toList()) {
        Files.delete(requests);
      }
    }
    try (SkaldProcess server = SkaldProcess.serve(directory, port, SETTINGS)) {
      assertThat(server.address()).isNotEmpty();
      assertThat(lines()).hasSize(FLUSHES).allMatch(line -> line.startsWith("open"));
    }
  }

  private List<String> lines() {
    return client.entries("{app=\"dock\"}", START, START + 2 * FLUSHES).stream()
        .map(SkaldClient.Entry::line)
        .toList();
  }

  private double metric(String name) {
    return client
        .get("/metrics")
        .text()
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .sum();
  }

  private static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).as("waiting").isLessThan(WAIT_NANOS);
      Thread.onSpinWait();
    }
  }
}
