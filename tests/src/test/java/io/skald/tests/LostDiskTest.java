package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server that loses everything but the object store answers what was flushed. */
class LostDiskTest {
  private static final long START = 1_772_442_000_000_000_000L;
  private static final String SETTINGS =
      "limits_config: {reject_old_samples: false, discover_log_levels: false}\n";

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);

  @Test
  void start_onlyTheObjectStoreIsLeft_answersEverythingFlushed() throws IOException {
    try (SkaldProcess server = SkaldProcess.serve(directory, port, SETTINGS)) {
      client.push("{\"app\":\"dock\"}", "[\"%d\",\"one\"]".formatted(START));
      client.post("/flush", "text/plain", new byte[0]);
      client.push("{\"app\":\"crane\"}", "[\"%d\",\"two\"]".formatted(START + 1));
      client.post("/flush", "text/plain", new byte[0]);
      server.kill();
    }
    Path data = onlyFolderWith("chunks");
    for (String lost : List.of("index", "index-cache", "wal")) {
      delete(data.resolve(lost));
    }

    try (SkaldProcess server = SkaldProcess.serve(directory, port, SETTINGS)) {
      assertThat(server.address()).isNotEmpty();
      assertThat(client.entries("{app=~\".+\"}", START, START + 10))
          .extracting(SkaldClient.Entry::line)
          .containsExactlyInAnyOrder("one", "two");
      assertThat(
              client
                  .get(
                      "/loki/api/v1/label/app/values",
                      "start",
                      "" + START,
                      "end",
                      "" + (START + 10))
                  .text())
          .contains("crane", "dock");
    }
  }

  private Path onlyFolderWith(String name) throws IOException {
    try (Stream<Path> walk = Files.walk(directory)) {
      return Objects.requireNonNull(
          walk.filter(path -> path.endsWith(name)).findFirst().orElseThrow().getParent());
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
