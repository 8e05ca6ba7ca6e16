package io.skald.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.config.ConfigException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AgentConfigFileTest {
  private static final String CLIENTS = "clients: [{url: 'http://a/push'}]\n";

  private static AgentConfigFile.Loaded load(String yaml, Map<String, String> flags) {
    return AgentConfigFile.load("p.yaml", yaml, flags);
  }

  @Test
  void load_singleClient_standsBehindTheOthersAndItsLabelsUnderTheirs() {
    AgentConfigFile.Loaded loaded =
        load(
            """
            client: {url: 'http://b/push', external_labels: {env: b, z: "1"}}
            clients: [{url: 'http://a/push', external_labels: {env: a}}]
            """,
            Map.of());

    assertThat(loaded.config().clients())
        .extracting(AgentConfig.Client::url)
        .containsExactly("http://a/push", "http://b/push");
    assertThat(loaded.config().clients().getFirst().externalLabels())
        .isEqualTo(Map.of("env", "a", "z", "1"));
    assertThat(loaded.warnings()).isEmpty();
  }

  @Test
  void load_clientFlags_layOverTheSingleClient() {
    AgentConfig.Client client =
        load(
                "client: {url: 'http://b/push', tenant_id: b, batchwait: 3s}\n",
                Map.of(
                    "client.tenant-id", "c",
                    "client.external-labels", "env=cli,z=1",
                    "client.backoff_config.max_retries", "4",
                    "client.drop-rate-limited-batches", "true"))
            .config()
            .clients()
            .getFirst();

    assertThat(client.tenantId()).isEqualTo("c");
    assertThat(client.batchwait()).isEqualTo(Duration.ofSeconds(3));
    assertThat(client.externalLabels()).isEqualTo(Map.of("env", "cli", "z", "1"));
    assertThat(client.backoffConfig().maxRetries()).isEqualTo(4);
    assertThat(client.dropRateLimitedBatches()).isTrue();
  }

  @Test
  void load_onlyLabelsByFlag_standUnderThoseOfTheFile() {
    AgentConfigFile.Loaded loaded =
        load(
            "clients: [{url: 'http://a/push', external_labels: {env: p}}]\n",
            Map.of("client.external-labels", "env=cli,z=1"));

    assertThat(loaded.config().clients()).hasSize(1);
    assertThat(loaded.config().clients().getFirst().externalLabels())
        .isEqualTo(Map.of("env", "p", "z", "1"));
  }

  @Test
  void load_oldSpellings_areTakenWithAWarningEach() {
    AgentConfigFile.Loaded loaded =
        load(
            """
            clients:
            - url: http://a/push
              minbackoff: 1s
              backoff_config: {maxbackoff: 2s, maxretries: 7}
              stream_lag_labels: filename
            limit_config: {readline_rate: 5}
            options: {stream_lag_labels: filename}
            scrape_configs:
            - job_name: j
              entry_parser: docker
              static_configs: [{labels: {__path__: /a}}]
            """,
            Map.of());

    assertThat(loaded.config().clients().getFirst().backoffConfig())
        .isEqualTo(new AgentConfig.BackoffConfig(Duration.ofSeconds(1), Duration.ofSeconds(2), 7));
    assertThat(loaded.config().limitsConfig().readlineRate()).isEqualTo(5);
    assertThat(loaded.config().scrapeConfigs().getFirst().pipelineStages()).hasSize(1);
    assertThat(loaded.warnings())
        .hasSize(7)
        .contains("p.yaml:3:15: 'minbackoff' is an old name; write 'backoff_config.min_period'");
  }

  @Test
  void load_credentialsOfUrlAndAuthorization_becomeThoseOfTheClient() {
    AgentConfig config =
        load(
                """
                clients:
                - url: http://al%2Fice:p%40ss@a:3100/push
                - {url: 'http://b/push', authorization: {credentials: t}}
                """,
                Map.of())
            .config();

    assertThat(config.clients().get(0).url()).isEqualTo("http://a:3100/push");
    assertThat(config.clients().get(0).access().basicAuth().username()).isEqualTo("al/ice");
    assertThat(config.clients().get(0).access().basicAuth().password().reveal()).isEqualTo("p@ss");
    assertThat(config.clients().get(1).access().bearerToken().reveal()).isEqualTo("t");
  }

  @Test
  void load_walThatIsOn_limitsTheAgeOfTheBuffer() {
    String wal = "wal: {enabled: true, dir: /w, cleanSegmentsOlderThan: 2h}\n";

    AgentConfigFile.Loaded loaded = load(CLIENTS + wal, Map.of());

    assertThat(loaded.config().run().buffer().maxAge()).isEqualTo(Duration.ofHours(2));
    assertThat(loaded.warnings()).hasSize(2);
    assertThat(load(CLIENTS + "wal: {enabled: false}\n", Map.of()).config().run().buffer())
        .isEqualTo(BufferConfig.defaults());
  }

  @Test
  void load_unsupportedSource_isRefusedOrItsJobLeftOut() {
    String jobs =
        CLIENTS
            + """
            scrape_configs:
            - {job_name: k, kafka: {brokers: [b]}}
            - {job_name: j, static_configs: [{labels: {__path__: /a}}]}
            """;

    assertThatThrownBy(() -> load(jobs, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'scrape_configs[0].kafka' is refused");
    AgentConfigFile.Loaded loaded = load(jobs, Map.of("compat.skip-unsupported", "true"));
    assertThat(loaded.config().scrapeConfigs())
        .extracting(AgentConfig.ScrapeConfig::jobName)
        .containsExactly("j");
    assertThat(loaded.warnings().getFirst()).contains("'kafka' does not exist here");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          oauth2: {client_id: a}          -> 'clients[0].oauth2' is refused
          proxy_url: http://p             -> 'clients[0].proxy_url' is refused
          tls_config: {min_version: TLS13} -> 'clients[0].tls_config.min_version' is refused
          tls_config: {ca: x}             -> 'clients[0].tls_config.ca' is refused
          batchsize: 1MB                  -> must be a whole number
          urll: x                         -> did you mean 'url'?
          """)
  void load_keyOfAClientThatCannotBeHad_isRefused(String key, String message) {
    assertThatThrownBy(() -> load("clients:\n- url: http://a/\n  " + key + "\n", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          server: {http_listen_port: 70000} -> http_listen_port must be 0 to 65535
          server: {log_level: loud}         -> server.log_level must be debug
          server: {http_path_prefix: a b}   -> server.http_path_prefix must be a path
          server: {external_url: ':'}       -> server.external_url must be like
          compat: {metrics_prefix: 1a}      -> compat.metrics_prefix must be a word
          compat: {json_numbers: maybe}     -> one of promtail, exact
          buffer: {overflow: burst}         -> one of block, drop_oldest
          limits_config: {max_streams: -1}  -> max_streams must not be negative
          """)
  void load_badValue_namesTheKey(String line, String message) {
    assertThatThrownBy(() -> load(CLIENTS + line + "\n", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void load_switches_areTold() {
    assertThat(load(CLIENTS + "compat: {empty_labels: promtail}\n", Map.of()).warnings())
        .containsExactly("switched on: compat.empty_labels: promtail");
  }
}
