package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Patterns of a real server, as Logs Drilldown asks for them and filters by them. */
class PatternsTest {
  private static final long START_SECONDS = 1_772_442_000;
  private static final int LINES = 300;
  private static final Map<String, Long> EXPECTED =
      Map.of(
          "info rope out metres=<_> \"quay <_>\"", (long) LINES,
          "error rope snapped after=<_>", (long) LINES);

  @TempDir Path directory;

  private SkaldProcess start(int port, boolean enabled) {
    String settings =
        """
        limits_config: {reject_old_samples: false}
        pattern_ingester: {enabled: %s}
        """;
    return SkaldProcess.serve(directory, port, settings.formatted(enabled));
  }

  private static void push(SkaldClient client) {
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      long nanos = (START_SECONDS + i) * 1_000_000_000L;
      values.append(i == 0 ? "" : ",");
      values.append(
          "[\"%d\",\"level=info rope out metres=%d \\\"quay %d\\\"\"],".formatted(nanos, i, i % 7));
      values.append("[\"%d\",\"level=error rope snapped after=%ds\"]".formatted(nanos, i));
    }
    client.push("{\"app\":\"winch\"}", values);
  }

  private static SkaldClient.Answer ask(SkaldClient client) {
    return client.get(
        "/loki/api/v1/patterns",
        "query",
        "{app=\"winch\"}",
        "start",
        "2026-03-02T09:00:00.000Z",
        "end",
        "2026-03-02T09:05:00.000Z",
        "step",
        "10s");
  }

  private static Map<String, Long> totals(SkaldClient client) {
    SkaldClient.Answer answer = ask(client);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    Map<String, Long> totals = new TreeMap<>();
    for (JsonNode pattern : answer.json().get("data")) {
      long total = 0;
      for (JsonNode sample : pattern.get("samples")) {
        assertThat(sample.get(0).asLong() % 10).isZero();
        total += sample.get(1).asLong();
      }
      String level = pattern.get("level").asString();
      totals.put(pattern.get("pattern").asString().replace("level=", ""), total);
      assertThat(pattern.get("pattern").asString()).startsWith("level=" + level);
    }
    return totals;
  }

  @Test
  void patterns_memoryCrashFlushRestart_countEveryLineOnce() throws Exception {
    int port = SkaldProcess.freePort();
    SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
    try (SkaldProcess server = start(port, true)) {
      push(client);
      assertThat(totals(client)).as("in memory").isEqualTo(EXPECTED);
      server.kill();
    }
    try (SkaldProcess server = start(port, true)) {
      assertThat(totals(client)).as("after a crash").isEqualTo(EXPECTED);
      assertThat(client.get("/flush").status()).isEqualTo(204);
      assertThat(totals(client)).as("flushed").isEqualTo(EXPECTED);
      server.stop();
    }
    try (SkaldProcess server = start(port, true)) {
      assertThat(totals(client)).as("after a restart").isEqualTo(EXPECTED);
      for (JsonNode pattern : ask(client).json().get("data")) {
        String quoted = pattern.get("pattern").asString().replace("\"", "\\\"");
        assertThat(
                client.entries(
                    "{app=\"winch\"} |> \"" + quoted + "\"",
                    START_SECONDS * 1_000_000_000L,
                    (START_SECONDS + LINES) * 1_000_000_000L))
            .as("filtered by %s", quoted)
            .hasSize(LINES);
      }
      server.stop();
    }
  }

  @Test
  void patterns_switchedOff_are404WithoutText() throws Exception {
    int port = SkaldProcess.freePort();
    try (SkaldProcess server = start(port, false)) {
      SkaldClient.Answer answer = ask(new SkaldClient(server.address()));

      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.contentType()).startsWith("text/plain");
      assertThat(answer.text()).isEmpty();
    }
  }
}
