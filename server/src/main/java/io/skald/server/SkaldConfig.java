package io.skald.server;

import io.skald.common.config.ConfigReader;
import io.skald.common.limits.Limits;
import io.skald.distributor.DistributorConfig;
import io.skald.ingester.IngesterConfig;
import io.skald.server.auth.AuthenticationConfig;
import io.skald.storage.pattern.PatternConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The configuration of a server, in the shape users of Loki know.
 *
 * @param authEnabled whether requests name their tenant; without, all belongs to one
 * @param target only {@code all} in a single process
 * @param authentication who callers are and what they may
 */
public record SkaldConfig(
    boolean authEnabled,
    String target,
    AuthenticationConfig authentication,
    ServerSection server,
    CommonSection common,
    DistributorConfig distributor,
    IngesterConfig ingester,
    PatternConfig patternIngester,
    CompactorSection compactor,
    QuerierSection querier,
    Limits limitsConfig) {
  public static final SkaldConfig DEFAULTS =
      new SkaldConfig(
          true,
          "all",
          AuthenticationConfig.DEFAULTS,
          ServerSection.DEFAULTS,
          CommonSection.DEFAULTS,
          DistributorConfig.DEFAULTS,
          IngesterConfig.defaults(),
          PatternConfig.DEFAULTS,
          CompactorSection.DEFAULTS,
          QuerierSection.DEFAULTS,
          Limits.DEFAULTS);

  /** Keys of Loki's file that have no counterpart here, with everything below them. */
  private static final Set<String> IGNORED =
      Set.of(
          "analytics",
          "bloom_build",
          "bloom_gateway",
          "chunk_store_config",
          "common.compactor_address",
          "common.compactor_grpc_address",
          "common.instance_addr",
          "common.instance_interface_names",
          "common.ring",
          "common.storage.filesystem.rules_directory",
          "compactor.apply_retention_interval",
          "compactor.compaction_interval",
          "compactor.compactor_ring",
          "compactor.delete_batch_size",
          "compactor.delete_request_store",
          "compactor.delete_request_store_db_type",
          "compactor.delete_request_store_key_prefix",
          "compactor.horizontal_scaling_mode",
          "compactor.jobs_config",
          "compactor.max_compaction_parallelism",
          "compactor.retention_backoff_config",
          "compactor.retention_delete_delay",
          "compactor.retention_delete_worker_count",
          "compactor.retention_table_timeout",
          "compactor.run_once",
          "compactor.skip_latest_n_tables",
          "compactor.tables_to_compact",
          "compactor.upload_parallelism",
          "compactor.worker_config",
          "compactor.working_directory",
          "distributor.ring",
          "frontend",
          "frontend_worker",
          "index_gateway",
          "ingester.autoforget_unhealthy",
          "ingester.chunk_encoding",
          "ingester.chunk_retain_period",
          "ingester.flush_op_backoff",
          "ingester.flush_op_timeout",
          "ingester.lifecycler",
          "ingester.query_store_max_look_back_period",
          "ingester.wal.flush_on_shutdown",
          "ingester_client",
          "ingester_rf1",
          "limits_config.ingestion_rate_strategy",
          "limits_config.max_cache_freshness_per_query",
          "limits_config.max_query_parallelism",
          "limits_config.split_queries_by_interval",
          "limits_config.unordered_writes",
          "memberlist",
          "pattern_ingester.client_config",
          "pattern_ingester.concurrent_flushes",
          "pattern_ingester.connection_timeout",
          "pattern_ingester.flush_check_period",
          "pattern_ingester.lifecycler",
          "pattern_ingester.max_chunk_age",
          "pattern_ingester.metric_aggregation",
          "pattern_ingester.pattern_persistence",
          "pattern_ingester.retain_for",
          "pattern_ingester.tee_config",
          "pattern_ingester.volume_threshold",
          "querier.engine",
          "querier.query_ingesters_within",
          "query_range",
          "query_scheduler",
          "ruler",
          "runtime_config",
          "schema_config",
          "server.grpc_listen_address",
          "server.grpc_listen_port",
          "server.grpc_server_max_concurrent_streams",
          "server.grpc_server_max_recv_msg_size",
          "server.grpc_server_max_send_msg_size",
          "storage_config",
          "table_manager",
          "tracing");

  public SkaldConfig {
    server.check(authentication.type());
    if (!target.equals("all")) {
      throw new IllegalArgumentException(
          "target must be all: this version runs as a single process, not as '" + target + "'");
    }
    if (distributor.replicationFactor() != 1) {
      throw new IllegalArgumentException(
          "distributor.replication_factor must be 1 in a single process: "
              + distributor.replicationFactor());
    }
  }

  /** A configuration and what was said while it was read. */
  public record Loaded(SkaldConfig config, List<String> warnings) {}

  /**
   * Reads a configuration.
   *
   * @param source the file's name, for messages
   * @param overrides dotted keys and values that take precedence
   * @throws io.skald.common.config.ConfigException with every mistake and its line
   */
  public static Loaded load(String source, String yaml, Map<String, String> overrides) {
    ConfigReader reader = new ConfigReader(source, IGNORED);
    SkaldConfig config = reader.read(yaml, DEFAULTS, overrides);
    return new Loaded(config.withWalBelowPrefix(), reader.warnings());
  }

  /** A log directory that is not configured lies below the path prefix, like everything else. */
  private SkaldConfig withWalBelowPrefix() {
    IngesterConfig.Wal wal = ingester.wal();
    if (!wal.dir().equals(IngesterConfig.defaults().wal().dir())) {
      return this;
    }
    return new SkaldConfig(
        authEnabled,
        target,
        authentication,
        server,
        common,
        distributor,
        withWalDirectory(common.walDirectory()),
        patternIngester,
        compactor,
        querier,
        limitsConfig);
  }

  private IngesterConfig withWalDirectory(Path directory) {
    IngesterConfig.Wal wal = ingester.wal();
    return new IngesterConfig(
        ingester.chunkBlockSize(),
        ingester.chunkTargetSize(),
        ingester.maxChunkAge(),
        ingester.chunkIdlePeriod(),
        ingester.flushCheckPeriod(),
        ingester.concurrentFlushes(),
        ingester.maxPackSize(),
        ingester.maxUnflushedBytes(),
        ingester.maxPushWait(),
        ingester.sealThreads(),
        new IngesterConfig.Wal(
            wal.enabled(),
            directory,
            wal.segmentSize(),
            wal.checkpointDuration(),
            wal.checkpointSize(),
            wal.replayMemoryCeiling(),
            wal.maxQueuedBytes(),
            wal.maxQueueWait()));
  }
}
