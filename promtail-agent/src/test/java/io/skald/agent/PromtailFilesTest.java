package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as people have them for Promtail are taken unchanged; only what is harmless is told. */
class PromtailFilesTest {
  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {
        "static.yaml, server.grpc_listen_port",
        "file-sd.yaml, none",
        "stages.yaml, none",
        "relabel.yaml, tracing",
      })
  void file_asItIs_isTaken(String name, String warned) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(PromtailFilesTest.class.getResourceAsStream("promtail/" + name))) {
      String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);

      AgentConfigFile.Loaded loaded = AgentConfigFile.load(name, yaml, Map.of());

      List<String> warnings = loaded.warnings();
      assertThat(warnings).hasSize(warned == null ? 0 : 1);
      assertThat(String.join("", warnings)).contains(warned == null ? "" : warned);
      assertThat(loaded.config().scrapeConfigs()).hasSize(1);
      assertThat(loaded.config().clients()).hasSize(1);
    }
  }
}
