package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.agent.discovery.kubernetes.FakeCluster;
import io.skald.agent.push.PushResponse;
import io.skald.agent.push.PushTransport;
import io.skald.agent.push.SendListener;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as people have them for Promtail are taken unchanged; only what is harmless is told. */
class PromtailFilesTest {
  /** Ports that something listens on, but for those of the pages, which the agent has not here. */
  private static final Pattern PORT =
      Pattern.compile("(?<=listen_address: \"?0\\.0\\.0\\.0:)\\d+|(?<=http_listen_port: )3500");

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "archives.yaml, none",
        "docker.yaml, server.grpc_listen_port",
        "file-sd.yaml, none",
        "gelf.yaml, none",
        "journal.yaml, none",
        "kubernetes.yaml, tracing",
        "push.yaml, grpc_listen_port",
        "stages.yaml, none",
        "static.yaml, server.grpc_listen_port",
        "syslog.yaml, server.grpc_listen_port",
        "relabel.yaml, tracing",
      })
  void file_asItIs_isTaken(String name, String warned) throws IOException {
    AgentConfigFile.Loaded loaded = AgentConfigFile.load(name, text(name), Map.of());

    List<String> warnings = loaded.warnings();
    assertThat(warnings).allMatch(warning -> warned != null && warning.contains(warned));
    assertThat(warnings.isEmpty()).isEqualTo(warned == null);
    assertThat(loaded.config().scrapeConfigs()).hasSize(1);
    assertThat(loaded.config().clients()).hasSize(1);
  }

  /** What belongs to a machine is that of the test: paths, ports, the cluster's address. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "archives.yaml",
        "docker.yaml",
        "file-sd.yaml",
        "gelf.yaml",
        "journal.yaml",
        "kubernetes.yaml",
        "push.yaml",
        "stages.yaml",
        "static.yaml",
        "syslog.yaml",
        "relabel.yaml"
      })
  void file_onAMachine_starts(String name) throws Exception {
    try (FakeCluster cluster = new FakeCluster()) {
      String yaml =
          PORT.matcher(text(name))
              .replaceAll(_ -> Matcher.quoteReplacement(freePort()))
              .replace("/var/log/", directory + "/var-log/")
              .replace(
                  "- role: pod",
                  "- {role: pod, api_server: '" + cluster.config().apiServer() + "'}");
      Map<String, String> positions =
          Map.of("positions.filename", directory.resolve("positions.yaml").toString());
      AgentConfig config = AgentConfigFile.load(name, yaml, positions).config();
      Agent agent =
          new Agent(config, Clock.system(), _ -> new Nowhere(), SendListener.NONE, new Random(1));
      if (name.equals("journal.yaml") && !hasJournalctl()) {
        assertThatThrownBy(agent::start).hasMessageContaining("journalctl is not on the PATH");
        return;
      }
      agent.start();
      assertThat(agent.status().clients()).hasSize(1);
      agent.drain(Duration.ZERO);
    }
  }

  private static String freePort() {
    try {
      return Integer.toString(SourceAgent.freePort());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean hasJournalctl() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(part -> !part.isEmpty() && Files.isExecutable(Path.of(part, "journalctl")));
  }

  private static String text(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PromtailFilesTest.class.getResourceAsStream("promtail/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  /** No server at all. */
  private static final class Nowhere implements PushTransport {
    @Override
    public PushResponse push(String tenant, BatchKey key, byte[] body) throws IOException {
      throw new IOException("there is no server");
    }

    @Override
    public void close() {
      // nothing is open
    }
  }
}
