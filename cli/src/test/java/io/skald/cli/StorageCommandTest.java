package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.time.Clock;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code skald storage} on the folders of a server that ran. */
class StorageCommandTest {
  @TempDir private Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void verify_stoppedServer_isWhole_andAfterAFlippedBitTellsAndRepairs() throws Exception {
    serve(10);
    assertThat(run("storage", "verify")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("packs: 1 read")
        .contains("0 damaged")
        .contains("label index: 1 tenants")
        .contains("whole");

    Path pack = pack();
    byte[] bytes = Files.readAllBytes(pack);
    bytes[bytes.length / 4] ^= 8;
    Files.write(pack, bytes);
    assertThat(run("storage", "verify", "packs")).isEqualTo(Skald.FAILED);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("DAMAGED fake/packs/")
        .contains("CRC32C is")
        .contains("1 damaged");
    assertThat(run("storage", "repair", "--dry-run")).isEqualTo(Skald.FAILED);
    assertThat(pack).exists();

    assertThat(run("storage", "repair")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("kept as _damaged/fake/packs/")
        .contains("repaired; ");
    assertThat(run("storage", "verify")).isZero();
    assertThat(run("storage", "repair")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("nothing to repair");
  }

  @Test
  void inspect_listsPacksLogAndIndex_andTheChunksOfAPack() throws Exception {
    serve(3);

    assertThat(run("storage", "inspect")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("tenant fake")
        .contains("1 chunks  3 entries")
        .contains("00000002.wal")
        .contains("1 tenants, 1 days, 1 streams");

    String key = directory.resolve("chunks").relativize(pack()).toString();
    assertThat(run("storage", "inspect", key)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("{app=\"a\"}").contains("1 blocks");
  }

  @Test
  void anyCommand_serverRunsOrNothingThere_saysSo() throws Exception {
    assertThat(run("storage", "verify")).isEqualTo(Skald.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no WAL in");
    assertThat(directory).isEmptyDirectory();

    ServerProcess server = server();
    server.start();
    try {
      assertThat(run("storage", "repair")).isEqualTo(Skald.FAILED);
      assertThat(err.toString(StandardCharsets.UTF_8)).contains("stop the server first");
    } finally {
      server.close();
    }
  }

  private ServerProcess server() {
    Map<String, String> keys =
        Map.of(
            "auth_enabled", "false",
            "server.http_listen_address", "127.0.0.1",
            "server.http_listen_port", "0",
            "limits_config.discover_log_levels", "false",
            "limits_config.discover_service_name", "",
            "common.path_prefix", directory.toString());
    return new ServerProcess(
        SkaldConfig.load("test.yaml", "", keys).config(), Clock.system(), () -> {});
  }

  /** Runs a server that gets some lines of one stream and stores them at its end. */
  private void serve(int lines) throws Exception {
    ServerProcess server = server();
    server.start();
    long now = Clock.system().nowNanos();
    List<String> values = new ArrayList<>();
    for (int i = 0; i < lines; i++) {
      values.add("[\"" + (now + i) + "\",\"line " + i + "\"]");
    }
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"a\"},\"values\":["
            + String.join(",", values)
            + "]}]}";
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest push =
          HttpRequest.newBuilder(URI.create(server.address() + "/loki/api/v1/push"))
              .header("Content-Type", "application/json")
              .POST(BodyPublishers.ofString(body))
              .build();
      assertThat(client.send(push, BodyHandlers.ofString()).statusCode()).isEqualTo(204);
    } finally {
      server.close();
    }
  }

  private Path pack() throws IOException {
    try (var files = Files.walk(directory.resolve("chunks"))) {
      return files.filter(file -> file.toString().endsWith(".pack")).findFirst().orElseThrow();
    }
  }

  private int run(String... arguments) {
    out.reset();
    err.reset();
    Shell shell =
        new Shell(
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            Map.of(),
            Clock.system(),
            ZoneOffset.UTC);
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("-common.path-prefix=" + directory);
    return Skald.execute(shell, all.toArray(new String[0]));
  }
}
