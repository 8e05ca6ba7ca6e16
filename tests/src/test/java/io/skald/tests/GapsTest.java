package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines that get lost between a real agent and a real server are shown, with file and place. */
class GapsTest {
  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private Path log;
  private SkaldProcess server;

  @BeforeEach
  void start() throws IOException {
    server = serve();
    log = Files.createFile(directory.resolve("app.log")); // an agent is ready once it follows one
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private SkaldProcess serve() throws IOException {
    return SkaldProcess.serve(
        Files.createDirectories(directory.resolve("server")),
        port,
        "limits_config: {max_line_size: 1KB, max_line_size_truncate: false}\n");
  }

  private SkaldProcess agent(String settings) throws IOException {
    Path home = Files.createDirectories(directory.resolve("agent"));
    int pages = SkaldProcess.freePort();
    Path config =
        Files.writeString(
            home.resolve("agent.yaml"),
            """
            server: {http_listen_address: 127.0.0.1, http_listen_port: %d}
            clients: [{url: '%s/loki/api/v1/push', backoff_config: {min_period: 100ms, max_period: 500ms}}]
            positions: {filename: '%s/positions.yaml'}
            scrape_configs:
            - job_name: t
              static_configs: [{labels: {job: t, __path__: '%s'}}]
              pipeline_stages:
              - drop: {expression: unwanted}
            """
                    .formatted(pages, server.address(), home, log)
                + settings);
    return SkaldProcess.start(home, pages, List.of("agent", "-config.file=" + config));
  }

  private void append(String text) throws IOException {
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private String gaps() {
    return skald("query", "--gaps", "--timezone", "UTC", "--addr", server.address());
  }

  private String skald(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(SkaldProcess.root().resolve("skald").toString());
    command.addAll(Arrays.asList(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(output).isZero();
      return output;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void run(String... command) throws IOException, InterruptedException {
    Tool ran = Tool.run(directory, command);
    assertThat(ran.exitCode()).as(ran.output()).isZero();
  }

  private boolean isStored(String line) {
    return query().contains("\"" + line + "\"");
  }

  private String query() {
    return client.get("/loki/api/v1/query_range", "query", "{job=\"t\"}").text();
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  @Test
  void lines_droppedFromTheAgentsBuffer_areAGapOfTheAgent() throws Exception {
    try (SkaldProcess agent = agent("buffer: {max_size: 1MB, max_age: 3s}\n")) {
      append("before\n");
      await("the first line", () -> isStored("before"));
      server.kill();
      append("lost one\nlost two\n");
      await("the loss", () -> agent.output().contains("dropped"));
      server = serve();
      append("after\n");
      await("the last line", () -> isStored("after"));

      assertThat(gaps().lines())
          .anySatisfy(
              gap -> assertThat(gap).contains("agent/buffer_age  2 lines").endsWith(log.toString()))
          .noneMatch(gap -> gap.contains("between/"));
    }
    await("a warning", () -> query().contains("\"warnings\":[")); // looked up twice a minute
    String answer = query();
    assertThat(answer).contains("2 lines of " + log);
    assertThat(answer).doesNotContain("lost one");
  }

  @Test
  void lines_thatTheServerRefused_areAGapOfTheServer() throws Exception {
    try (SkaldProcess agent = agent("")) {
      append("before\n" + "x".repeat(2000) + "\nunwanted one\nunwanted two\nafter\n");
      await("the last line", () -> isStored("after"));
      append("later\n");
      await("a later line", () -> isStored("later"));

      assertThat(agent.isAlive()).isTrue();
      assertThat(gaps().lines())
          .anySatisfy(gap ->
              assertThat(gap)
                  .contains("server/line_too_long  1 line  ")
                  .contains("filename=\"" + log + "\""))
          .anySatisfy(
              gap -> assertThat(gap).contains("stage/drop_stage  2 lines").endsWith(log.toString()))
          .noneMatch(gap -> gap.contains("between/"));
    }
  }

  @Test
  void lines_acknowledgedByAServerThatLostThem_areAGapBetween() throws Exception {
    try (SkaldProcess agent = agent("")) {
      append("first\n");
      await("the first line", () -> isStored("first"));
      Path data = directory.resolve("server");
      Path copy = directory.resolve("copy");
      server.stop();
      run("cp", "-a", data.toString(), copy.toString());
      server = serve();
      append("gone\n");
      await("the second line", () -> isStored("gone"));
      server.kill();
      Files.move(data, directory.resolve("lost"));
      Files.move(copy, data);
      server = serve(); // from an old backup
      append("last\n");
      await("the last line", () -> isStored("last"));

      assertThat(agent.isAlive()).isTrue();
      assertThat(gaps().lines())
          .singleElement()
          .asString()
          .contains("between/unknown  5 bytes")
          .endsWith(log.toString());
    }
  }
}
