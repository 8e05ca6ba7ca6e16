package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real agents and servers that die between the storing of a batch and the word of it. */
class RepeatedBatchTest {
  private static final int LINES = 100;

  /** What an agent tells of its file beside a batch is stored as a line, too. */
  private static final int NOTES = 1;

  private static final String COUNT = "sum(count_over_time({job=\"t\"}[1h]))";

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private SkaldProcess server;
  private SilentProxy proxy;

  @BeforeEach
  void start() throws IOException {
    server = serve();
    proxy = new SilentProxy(server.address());
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      lines.append("line ").append(i).append('\n');
    }
    Files.writeString(directory.resolve("app.log"), lines);
  }

  @AfterEach
  void stop() {
    server.close();
    proxy.close();
  }

  private SkaldProcess serve() throws IOException {
    return SkaldProcess.serve(Files.createDirectories(directory.resolve("server")), port, "");
  }

  private SkaldProcess agent() throws IOException {
    Path home = Files.createDirectories(directory.resolve("agent"));
    int pages = SkaldProcess.freePort();
    Path config =
        Files.writeString(
            home.resolve("agent.yaml"),
            """
            server: {http_listen_address: 127.0.0.1, http_listen_port: %d}
            clients: [{url: '%s/loki/api/v1/push', backoff_config: {max_period: 1s}}]
            positions: {filename: '%s/positions.yaml'}
            scrape_configs:
            - job_name: t
              static_configs: [{labels: {job: t, __path__: '%s/*.log'}}]
            """
                .formatted(pages, proxy.address(), home, directory));
    return SkaldProcess.start(home, pages, List.of("agent", "-config.file=" + config));
  }

  private void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s; so far: %s", what, proxy.passed()).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private void awaitStoredSilently() {
    await("a batch is stored", () -> !proxy.passed().isEmpty());
    assertThat(client.metric("skald_ingester_stored_lines_total")).isEqualTo(LINES + NOTES);
  }

  private void awaitTold() {
    await("the agent is told", () -> proxy.passed().getLast().told());
    assertThat(proxy.passed()).extracting(SilentProxy.Passed::status).containsOnly(204);
    assertThat(proxy.passed().stream().map(SilentProxy.Passed::batchKey).distinct())
        .singleElement()
        .isNotNull();
  }

  @Test
  void agent_killedBeforeItHeardTheAnswer_batchIsStoredOnce() throws Exception {
    SkaldProcess first = agent();
    try (first) {
      awaitStoredSilently();
    } // kill -9
    proxy.speak();
    try (SkaldProcess second = agent()) {
      awaitTold();
      assertThat(second.isAlive()).isTrue();
    }

    assertThat(client.metric("skald_ingester_stored_lines_total")).isEqualTo(LINES + NOTES);
    assertThat(client.metric("skald_ingester_repeated_lines_total")).isPositive();
    assertCount(LINES);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void server_killedBeforeItsAnswerArrived_batchIsStoredOnce(boolean flushed) throws Exception {
    try (SkaldProcess agent = agent()) {
      awaitStoredSilently();
      if (flushed) {
        assertThat(client.post("/flush", "text/plain", new byte[0]).status()).isEqualTo(204);
      }
      server.kill();
      server = serve();
      proxy.speak();
      awaitTold();

      assertThat(client.metric("skald_ingester_stored_lines_total")).isZero();
      assertThat(client.metric("skald_ingester_repeated_lines_total")).isPositive();
      Files.writeString(directory.resolve("app.log"), "one more\n", StandardOpenOption.APPEND);
      await("the next line", () -> client.metric("skald_ingester_stored_lines_total") == 1 + NOTES);
      assertThat(agent.isAlive()).isTrue();
    }
    assertCount(LINES + 1);
  }

  private void assertCount(int lines) {
    assertThat(client.get("/loki/api/v1/query", "query", COUNT).text())
        .contains("\"" + lines + "\"]");
  }
}
