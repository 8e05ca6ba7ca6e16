package io.skald.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.agent.AgentConfigFile;
import io.skald.agent.SourceConfigs;
import io.skald.common.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Loads files as operators of Promtail have them, each with another kind of source. */
class PromtailFilesTest {
  private static AgentConfigFile.Loaded load(String name) throws IOException {
    try (InputStream in = PromtailFilesTest.class.getResourceAsStream("/promtail/" + name)) {
      String text = new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
      return AgentConfigFile.load(name, text, Map.of());
    }
  }

  private static SourceConfigs sources(String name) throws IOException {
    return load(name).config().scrapeConfigs().getFirst().sources();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kubernetes.yaml",
        "syslog.yaml",
        "push.yaml",
        "journal.yaml",
        "gelf.yaml",
        "docker.yaml"
      })
  void load_fileOfPromtail_isTakenUnchanged(String name) throws IOException {
    AgentConfigFile.Loaded loaded = load(name);

    assertThat(loaded.config().scrapeConfigs()).isNotEmpty();
    assertThat(loaded.warnings()).allMatch(w -> w.contains("_listen_port") || w.contains("log_"));
  }

  @Test
  void load_kinds_areRead() throws IOException {
    assertThat(sources("kubernetes.yaml").kubernetesSdConfigs().getFirst().namespaces().names())
        .containsExactly("shop", "bank");
    assertThat(Objects.requireNonNull(sources("syslog.yaml").syslog()).idleTimeout())
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(Objects.requireNonNull(sources("push.yaml").lokiPushApi()).server().httpListenPort())
        .isEqualTo(3500);
    assertThat(Objects.requireNonNull(sources("journal.yaml").journal()).maxAge())
        .isEqualTo(Duration.ofHours(12));
    assertThat(Objects.requireNonNull(sources("gelf.yaml").gelf()).listenAddress())
        .isEqualTo("0.0.0.0:12201");
    assertThat(sources("docker.yaml").dockerSdConfigs().getFirst().refreshInterval())
        .isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kafka: {brokers: [b]}",
        "gcplog: {subscription: s}",
        "azure_event_hubs: {topics: [t]}",
        "cloudflare: {zone_id: z}",
        "heroku_drain: {labels: {a: b}}",
        "windows_events: {eventlog_name: Application}",
        "consul_sd_configs: [{server: x}]",
        "ec2_sd_configs: [{region: x}]",
        "kubernetes_sd_configs: [{role: node}]"
      })
  void load_sourceThatIsNotSupported_isNamedWithAReason(String source) {
    String key = source.substring(0, source.indexOf(':'));
    String yaml =
        "clients: [{url: 'http://h/push'}]\nscrape_configs: [{job_name: j, " + source + "}]\n";

    assertThatThrownBy(() -> AgentConfigFile.load("promtail.yaml", yaml, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("promtail.yaml:2:")
        .hasMessageContaining(key)
        .hasMessageNotContaining("unknown key");
  }

  @Test
  void load_severalSourcesInOneJob_areRefused() {
    String yaml =
        "clients: [{url: 'http://h/push'}]\n"
            + "scrape_configs: [{job_name: j, gelf: {}, journal: {}, static_configs: [{labels:"
            + " {__path__: /x}}]}]\n";

    assertThatThrownBy(() -> AgentConfigFile.load("promtail.yaml", yaml, Map.of()))
        .hasMessageContaining("several sources (files, journal, gelf)");
  }
}
