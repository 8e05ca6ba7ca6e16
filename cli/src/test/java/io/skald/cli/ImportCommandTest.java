package io.skald.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.skald.common.time.Clock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skald import} against a server that keeps the bodies. */
class ImportCommandTest {
  @TempDir private Path directory;
  private final List<String> bodies = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private HttpServer server;
  private volatile int status = 204;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/loki/api/v1/push",
        exchange -> {
          bodies.add(new String(exchange.getRequestBody().readAllBytes(), UTF_8));
          byte[] answer = (status == 204 ? "" : "entry too far behind").getBytes(UTF_8);
          exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void import_linesOfOneTimeAndWithout_followEachOther() throws IOException {
    Path file = write("app.log", "2026-03-02T08:00:00Z \"a\"\n  at b\n2026-03-02T08:00:00Z c\r\n");

    assertThat(run(file.toString())).isZero();

    assertThat(bodies)
        .containsExactly(
            "{\"streams\":[{\"stream\":{\"app\":\"web\",\"env\":\"dev\"},\"values\":["
                + "[\"1772438400000000000\",\"2026-03-02T08:00:00Z \\\"a\\\"\"],"
                + "[\"1772438400000000001\",\"  at b\"],"
                + "[\"1772438400000000002\",\"2026-03-02T08:00:00Z c\"]]}]}");
  }

  @Test
  void import_resumeFile_sendsTheRestOnly_alsoOfPackedFiles() throws IOException {
    Path file = directory.resolve("app.log.1");
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write("2026-03-02T08:00:00Z a\n2026-03-02T08:00:01Z b\n".getBytes(UTF_8));
    }
    String resume = "--resume-file=" + directory.resolve("resume");

    assertThat(run(resume, file.toString())).isZero();
    assertThat(run(resume, file.toString())).isZero();

    assertThat(bodies).hasSize(1);
    assertThat(Files.readString(directory.resolve("resume"))).startsWith("skald import 1\n2 ");
  }

  @Test
  void import_refused_namesFileAndLineAndWhatToDo() throws IOException {
    status = 400;
    Path file = write("app.log", "\n2026-03-02T08:00:00Z a\n");

    assertThat(run(file.toString())).isEqualTo(Skald.FAILED);

    assertThat(err.toString(UTF_8))
        .contains(file + ":2: (to line 2) the server answered 400: entry too far behind")
        .contains("limits_config.allow_backfill: true");
  }

  @Test
  void import_noTime_namesFileAndLine() throws IOException {
    Path file = write("app.log", "plain\n");

    assertThat(run(file.toString())).isEqualTo(Skald.FAILED);

    assertThat(err.toString(UTF_8)).contains(file + ":1: no time found");
    assertThat(bodies).isEmpty();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private int run(String... arguments) {
    Shell shell =
        new Shell(
            new ByteArrayOutputStream(),
            new PrintStream(err, true, UTF_8),
            false,
            false,
            Map.of(),
            Clock.system(),
            ZoneOffset.UTC);
    List<String> all =
        new ArrayList<>(
            List.of(
                "import",
                "--url=http://127.0.0.1:" + server.getAddress().getPort(),
                "--labels=app=web,env=dev"));
    all.addAll(List.of(arguments));
    return Skald.execute(shell, all.toArray(new String[0]));
  }
}
