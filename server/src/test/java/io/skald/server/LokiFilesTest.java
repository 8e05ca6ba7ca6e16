package io.skald.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ForeignKeys;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Starts with files as operators of Loki have them. */
class LokiFilesTest {
  private static final Pattern QUOTED_KEY = Pattern.compile(":[0-9]+:[0-9]+: '([^']+)'");

  private static String file(String name) throws IOException {
    try (InputStream in = LokiFilesTest.class.getResourceAsStream("/loki/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), UTF_8);
    }
  }

  private static SkaldConfig.Loaded load(String name) throws IOException {
    return SkaldConfig.load(name, file(name), Map.of());
  }

  private static List<String> keys(String messages) {
    return QUOTED_KEY.matcher(messages).results().map((MatchResult key) -> key.group(1)).toList();
  }

  @Test
  void load_localQuickStart_startsWithWarnings() throws IOException {
    SkaldConfig.Loaded loaded = load("local.yaml");

    assertThat(loaded.config().authEnabled()).isFalse();
    assertThat(loaded.config().common().chunksDirectory()).isEqualTo(Path.of("/tmp/loki/chunks"));
    assertThat(loaded.config().patternIngester().enabled()).isTrue();
    assertThat(keys(String.join("\n", loaded.warnings())))
        .containsExactlyInAnyOrder(
            "common.instance_addr",
            "query_range.results_cache.cache.embedded_cache.enabled",
            "limits_config.metric_aggregation_enabled",
            "limits_config.enable_multi_variant_queries",
            "schema_config",
            "pattern_ingester.metric_aggregation",
            "frontend",
            "analytics");
    assertThat(loaded.config().ruler().alertmanagerUrl()).containsExactly("http://localhost:9093");
    assertThat(loaded.config().rulesDirectory()).isEqualTo("/tmp/loki/rules");
  }

  @Test
  void load_olderQuickStart_keepsItsFolders() throws IOException {
    SkaldConfig.Loaded loaded = load("older-local.yaml");

    assertThat(loaded.config().common().chunksDirectory()).isEqualTo(Path.of("/loki/chunks"));
    assertThat(loaded.config().ingester().wal().dir()).isEqualTo(Path.of("/loki/wal"));
    assertThat(loaded.config().overrideFiles())
        .containsExactly(Path.of("/etc/loki/overrides.yaml"));
    assertThat(loaded.config().limitsConfig().retention().retentionPeriod()).hasDays(31);
    assertThat(keys(String.join("\n", loaded.warnings())))
        .containsExactlyInAnyOrder(
            "ingester.chunk_retain_period",
            "ingester.max_transfer_retries",
            "schema_config",
            "storage_config.boltdb_shipper",
            "compactor.shared_store",
            "limits_config.enforce_metric_name",
            "limits_config.split_queries_by_interval",
            "chunk_store_config",
            "table_manager");
  }

  @Test
  void load_scalableWithS3_keepsItsBucket() throws IOException {
    String yaml =
        file("scalable-s3.yaml").replace("replication_factor: 3", "replication_factor: 1");

    SkaldConfig.Loaded loaded = SkaldConfig.load("s3.yaml", yaml, Map.of());

    assertThat(loaded.config().common().storage().s3().bucketnames()).isEqualTo("loki-chunks");
    assertThat(loaded.config().common().storage().s3().region()).isEqualTo("eu-central-1");
    assertThat(loaded.config().compactor().retentionEnabled()).isTrue();
    assertThat(keys(String.join("\n", loaded.warnings())))
        .containsExactlyInAnyOrder(
            "common.compactor_address",
            "schema_config",
            "storage_config.tsdb_shipper",
            "limits_config.max_query_parallelism",
            "compactor.delete_request_store");
  }

  @Test
  void load_scalableWithoutItsBucket_isRefusedAsItsSchemaMeansOne() throws IOException {
    String yaml =
        file("scalable-s3.yaml")
            .replaceAll("(?m)^  aws:\n.*\n", "")
            .replaceAll("(?s)  storage:\n    s3:.*?\n\n", "\n")
            .replace("replication_factor: 3", "replication_factor: 1");

    assertThatThrownBy(() -> SkaldConfig.load("s3.yaml", yaml, Map.of()))
        .isInstanceOfSatisfying(
            ConfigException.class,
            e ->
                assertThat(keys(String.valueOf(e.getMessage())))
                    .containsExactly(
                        "schema_config.configs[].object_store",
                        "schema_config.configs[].object_store"))
        .hasMessageContaining("s3 and aws need common.storage.s3");
  }

  @Test
  void load_microservices_keepsWhatHasACounterpart() throws IOException {
    SkaldConfig.Loaded loaded = load("microservices.yaml");

    assertThat(loaded.config().overrideFiles())
        .containsExactly(Path.of("/etc/loki/runtime-config/runtime-config.yaml"));
    assertThat(loaded.config().overridePeriod()).isEqualTo(Duration.ofSeconds(10));
    assertThat(loaded.config().limitsConfig().otlpConfig().logAttributes()).hasSize(1);
    assertThat(loaded.config().querier().maxConcurrent()).isEqualTo(4);
    assertThat(loaded.warnings())
        .contains(
            "microservices.yaml: 'ruler.storage.type' is local and no folder is named, so rules are"
                + " kept in the object store; set ruler.storage.local.directory");
    assertThat(keys(String.join("\n", loaded.warnings())))
        .containsExactlyInAnyOrder(
            "bloom_build",
            "bloom_gateway",
            "chunk_store_config",
            "frontend",
            "frontend_worker",
            "index_gateway",
            "ingester_client.grpc_client_config.grpc_compression",
            "query_range.align_queries_with_step",
            "query_scheduler",
            "schema_config",
            "ui",
            "server.log_request_headers",
            "common.compactor_grpc_address",
            "storage_config.hedging",
            "storage_config.index_cache_validity",
            "storage_config.use_thanos_objstore",
            "ingester.chunk_encoding",
            "ingester.autoforget_unhealthy",
            "limits_config.split_queries_by_interval",
            "limits_config.shard_streams");
  }

  @Test
  void load_unknownKeyInsideAKnownBlock_isAnErrorWithTheNearest() throws IOException {
    String yaml = file("local.yaml").replace("volume_enabled", "volume_enable");

    assertThatThrownBy(() -> SkaldConfig.load("a.yaml", yaml, Map.of()))
        .hasMessage(
            "a.yaml:32:3: unknown key 'volume_enable' in 'limits_config'; did you mean"
                + " 'volume_enabled'?");
  }

  @Test
  void keys_ignoredAndRefused_haveNothingInCommon() {
    Set<String> ignored = LokiKeys.ignored().keySet();

    for (ForeignKeys.Refusal refusal : LokiKeys.refused()) {
      assertThat(ignored).doesNotContain(refusal.key());
      assertThat(refusal.reason()).doesNotEndWith(".").hasSizeGreaterThan(20);
    }
  }
}
