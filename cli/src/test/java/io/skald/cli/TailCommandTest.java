package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skald query --tail} against a real server, which ends every tail after a second. */
class TailCommandTest {
  private static final String QUERY = "{app=\"a\"}";

  @TempDir private Path directory;
  private ServerProcess server;
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() {
    Map<String, String> keys =
        Map.of(
            "auth_enabled", "false",
            "server.http_listen_address", "127.0.0.1",
            "server.http_listen_port", "0",
            "querier.tail_max_duration", "1s",
            "limits_config.discover_log_levels", "false",
            "limits_config.discover_service_name", "",
            "common.path_prefix", directory.toString());
    server =
        new ServerProcess(
            SkaldConfig.load("test.yaml", "", keys).config(), Clock.system(), () -> {});
    server.start();
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  /** Lines as they are printed; the reader goes away after the last one that it wants. */
  private static final class Reader extends ByteArrayOutputStream {
    final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final String last;

    Reader(String last) {
      this.last = last;
    }

    @Override
    public void flush() throws IOException {
      toString(java.nio.charset.StandardCharsets.UTF_8).lines().forEach(lines::add);
      reset();
      if (lines.contains(last)) {
        throw new IOException("Broken pipe");
      }
    }
  }

  private void push(int number) throws IOException, InterruptedException {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"a\"},\"values\":[[\"%d\",\"line %d\"]]}]}"
            .formatted(Clock.system().nowNanos(), number);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.address() + "/loki/api/v1/push"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    assertThat(client.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }

  @Test
  void tail_overSeveralConnections_printsEveryLineOnce() throws Exception {
    push(0);
    push(1);
    Reader reader = new Reader("line 40");
    CompletableFuture<Called> called =
        CompletableFuture.supplyAsync(() ->
            Called.into(
                reader,
                new ByteArrayOutputStream(),
                false,
                Map.of(),
                "query",
                QUERY,
                "--tail",
                "--from",
                "2026-01-01T00:00:00Z",
                "--limit",
                "1",
                "--output",
                "raw",
                "--addr",
                server.address()));
    assertThat(reader.lines.poll(20, TimeUnit.SECONDS)).isEqualTo("line 1");
    for (int number = 2; number <= 40; number++) {
      push(number);
      TimeUnit.MILLISECONDS.sleep(60); // so that it goes on for longer than one connection may
    }

    assertThat(called.get(20, TimeUnit.SECONDS)).isEqualTo(new Called(0, "", ""));
    assertThat(reader.lines)
        .containsExactlyElementsOf(
            IntStream.rangeClosed(2, 40).mapToObj(n -> "line " + n).toList());
  }

  @Test
  void tail_queryIsWrong_printsWhatTheServerSays() {
    Called called = Called.skald("query", "{", "--tail", "--addr", server.address());

    assertThat(called.exitCode()).isEqualTo(1);
    assertThat(called.err()).startsWith("skald: the server answered 400: parse error");
  }

  @Test
  void tail_metricQuery_isEndedByTheServer() {
    String query = "count_over_time(" + QUERY + "[1m])";

    Called called = Called.skald("query", query, "--tail", "--addr", server.address());

    assertThat(called)
        .isEqualTo(
            new Called(
                1, "", "skald: the server ended the tail: only log selector is supported\n"));
  }

  @Test
  void tail_nobodyListens_saysWhatToDo() {
    server.close();

    Called called = Called.skald("query", QUERY, "--tail", "--addr", server.address());

    assertThat(called.exitCode()).isEqualTo(3);
    assertThat(called.err()).startsWith("skald: cannot reach " + server.address());
  }

  @Test
  void tail_withAnEnd_isRefused() {
    Called called = Called.skald("query", QUERY, "--tail", "--to", "2026-01-01T00:00:00Z");

    assertThat(called)
        .isEqualTo(
            new Called(
                2, "", "skald: --tail goes with none of --instant, --explain, --forward, --to\n"));
  }
}
