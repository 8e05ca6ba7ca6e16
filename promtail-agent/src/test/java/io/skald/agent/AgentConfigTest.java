package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentConfigTest {
  private static final AgentConfig.Client CLIENT =
      AgentConfig.Client.defaults().withUrl("http://localhost:3100/loki/api/v1/push");

  @Test
  void defaults_areThoseOfTheReferenceExceptRetries() {
    AgentConfig.Client client = AgentConfig.Client.defaults();
    assertThat(client.batchwait()).isEqualTo(Duration.ofSeconds(1));
    assertThat(client.batchsize()).isEqualTo(1_048_576);
    assertThat(client.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(client.backoffConfig())
        .isEqualTo(new AgentConfig.BackoffConfig(Duration.ofMillis(500), Duration.ofMinutes(5), 0));
    AgentConfig config = AgentConfig.defaults();
    assertThat(config.positions())
        .isEqualTo(
            new AgentConfig.Positions("/var/log/positions.yaml", Duration.ofSeconds(10), false));
    assertThat(config.targetConfig().syncPeriod()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.global().fileWatchConfig().minPollFrequency())
        .isEqualTo(Duration.ofMillis(250));
  }

  @Test
  void validate_preset_isComplete() {
    AgentConfig.defaultVarLogGlobs(
            URI.create("http://127.0.0.1:3100/loki/api/v1/push"), Path.of("/tmp/positions.yaml"))
        .validate();
  }

  @Test
  void validate_whatIsMissing_namesTheKey() {
    AgentConfig none = AgentConfig.defaults();
    assertInvalid(none, "clients: at least one");
    assertInvalid(none.withClient(AgentConfig.Client.defaults()), "clients[0].url is required");
    assertInvalid(none.withClient(CLIENT.withUrl("localhost:3100")), "clients[0].url must be like");
    assertInvalid(none.withClient(CLIENT).withClient(CLIENT), "clients[1]: another client");
    assertInvalid(
        none.withClient(CLIENT).withScrapeConfig("", Map.of()), "scrape_configs[0].job_name");
    assertInvalid(
        none.withClient(CLIENT).withScrapeConfig("a", Map.of()).withScrapeConfig("a", Map.of()),
        "job_name stands twice: a");
  }

  @Test
  void records_badValues_nameTheKey() {
    assertThatThrownBy(
            () -> new AgentConfig.BackoffConfig(Duration.ofSeconds(2), Duration.ofSeconds(1), 0))
        .hasMessageContaining("backoff_config.max_period");
    assertThatThrownBy(() -> new AgentConfig.TargetConfig(Duration.ZERO, false))
        .hasMessageContaining("target_config.sync_period");
  }

  private static void assertInvalid(AgentConfig config, String message) {
    assertThatThrownBy(config::validate)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
