package io.skald.server;

import io.skald.common.config.ForeignKeys;
import io.skald.common.config.ForeignKeys.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The keys of Loki's file that have no counterpart here. An operator starts with the file that is
 * there and reads the warnings; only what would be dangerous to lose in silence is refused.
 */
final class LokiKeys {
  private static final String LIMITS = "limits_config.";

  /** A key a line, with everything below it; behind it what its being ignored means, if much. */
  private static final String IGNORED =
      """
      analytics: nothing is reported to anybody
      ballast_bytes
      block_builder
      block_scheduler
      bloom_build
      bloom_gateway
      chunk_store_config
      common.compactor_address
      common.compactor_grpc_address
      common.instance_addr
      common.instance_interface_names
      common.persist_tokens
      common.ring.instance_enable_ipv6
      common.ring.instance_interface_names: set common.ring.instance_addr
      common.ring.kvstore.consul
      common.ring.kvstore.etcd.max_retries
      common.ring.kvstore.etcd.password
      common.ring.kvstore.etcd.tls_cipher_suites
      common.ring.kvstore.etcd.tls_min_version
      common.ring.kvstore.etcd.tls_server_name
      common.ring.kvstore.etcd.username: calls of etcd carry no password; use certificates
      common.ring.kvstore.multi
      common.ring.zone_awareness_enabled: zones count as soon as instances name them
      common.storage.congestion_control
      common.storage.hedging
      common.storage.s3.chunk_delimiter: keys of objects have one form
      common.storage.s3.dualstack_enabled: set common.storage.s3.endpoint
      compactor.apply_retention_interval
      compactor.compactor_ring
      compactor.delete_batch_size
      compactor.delete_request_store: delete requests are kept in the object store of the chunks
      compactor.delete_request_store_db_type
      compactor.delete_request_store_key_prefix
      compactor.deletion_mode: set limits_config.deletion_mode
      compactor.horizontal_scaling_mode
      compactor.jobs_config
      compactor.max_compaction_parallelism
      compactor.retention_backoff_config
      compactor.retention_delete_worker_count
      compactor.retention_table_timeout
      compactor.run_once
      compactor.shared_store
      compactor.skip_latest_n_tables
      compactor.tables_to_compact
      compactor.upload_parallelism
      compactor.worker_config
      compactor_grpc_client
      dataobj
      distributor.ingest_limits_dry_run_enabled
      distributor.ingest_limits_enabled
      distributor.kafka_config
      distributor.rate_store
      distributor.ring.heartbeat_period: set common.ring.heartbeat_period
      distributor.ring.heartbeat_timeout: set common.ring.heartbeat_timeout
      distributor.ring.instance_addr: set common.ring.instance_addr
      distributor.ring.instance_enable_ipv6
      distributor.ring.instance_id: set common.ring.instance_id
      distributor.ring.instance_interface_names
      distributor.ring.instance_port: set common.ring.instance_port
      distributor.ring.kvstore.consul
      distributor.ring.kvstore.etcd.max_retries
      distributor.ring.kvstore.etcd.password
      distributor.ring.kvstore.etcd.tls_cipher_suites
      distributor.ring.kvstore.etcd.tls_min_version
      distributor.ring.kvstore.etcd.tls_server_name
      distributor.ring.kvstore.etcd.username: calls of etcd carry no password; use certificates
      distributor.ring.kvstore.multi
      distributor.write_failures_logging
      frontend: queries are logged by querier.log_queries
      frontend_worker
      index_gateway
      ingest_limits
      ingest_limits_frontend
      ingest_limits_frontend_client
      ingester.autoforget_unhealthy
      ingester.chunk_encoding: chunks are compressed with zstd
      ingester.chunk_retain_period
      ingester.flush_op_backoff
      ingester.flush_op_timeout
      ingester.index_shards
      ingester.lifecycler.enable_inet6
      ingester.lifecycler.final_sleep
      ingester.lifecycler.heartbeat_period: set common.ring.heartbeat_period
      ingester.lifecycler.heartbeat_timeout: set common.ring.heartbeat_timeout
      ingester.lifecycler.interface_names
      ingester.lifecycler.join_after
      ingester.lifecycler.min_ready_duration
      ingester.lifecycler.observe_period
      ingester.lifecycler.readiness_check_ring_health
      ingester.lifecycler.ring.excluded_zones
      ingester.lifecycler.ring.heartbeat_timeout: set common.ring.heartbeat_timeout
      ingester.lifecycler.ring.kvstore.consul
      ingester.lifecycler.ring.kvstore.etcd.max_retries
      ingester.lifecycler.ring.kvstore.etcd.password
      ingester.lifecycler.ring.kvstore.etcd.tls_cipher_suites
      ingester.lifecycler.ring.kvstore.etcd.tls_min_version
      ingester.lifecycler.ring.kvstore.etcd.tls_server_name
      ingester.lifecycler.ring.kvstore.etcd.username: calls of etcd carry no password; use certificates
      ingester.lifecycler.ring.kvstore.multi
      ingester.lifecycler.ring.zone_awareness_enabled
      ingester.max_dropped_streams
      ingester.max_returned_stream_errors
      ingester.max_transfer_retries
      ingester.owned_streams_check_interval
      ingester.query_store_max_look_back_period
      ingester.shutdown_marker_path: the marker lies below common.path_prefix
      ingester.sync_min_utilization
      ingester.sync_period
      ingester.wal.flush_on_shutdown: everything is flushed at shutdown
      ingester_client.grpc_client_config.backoff_config
      ingester_client.grpc_client_config.backoff_on_ratelimits
      ingester_client.grpc_client_config.cluster_validation
      ingester_client.grpc_client_config.connect_backoff_base_delay
      ingester_client.grpc_client_config.connect_backoff_max_delay
      ingester_client.grpc_client_config.connect_timeout
      ingester_client.grpc_client_config.grpc_compression
      ingester_client.grpc_client_config.initial_connection_window_size
      ingester_client.grpc_client_config.initial_stream_window_size
      ingester_client.grpc_client_config.max_send_msg_size
      ingester_client.grpc_client_config.rate_limit
      ingester_client.grpc_client_config.rate_limit_burst
      ingester_client.grpc_client_config.tls_cipher_suites
      ingester_client.grpc_client_config.tls_min_version
      ingester_client.grpc_client_config.tls_server_name
      ingester_client.pool_config
      ingester_rf1
      internal_server: what it serves stands on the main port
      limits_config.allow_deletes: set limits_config.deletion_mode
      limits_config.bloom_block_encoding
      limits_config.bloom_build_max_builders
      limits_config.bloom_build_task_max_retries
      limits_config.bloom_builder_response_timeout
      limits_config.bloom_creation_enabled
      limits_config.bloom_gateway_cache_key_interval
      limits_config.bloom_gateway_enable_filtering
      limits_config.bloom_max_block_size
      limits_config.bloom_max_bloom_size
      limits_config.bloom_ngram_length
      limits_config.bloom_ngram_skip
      limits_config.bloom_planning_strategy
      limits_config.bloom_prefetch_blocks
      limits_config.bloom_shard_size
      limits_config.bloom_split_series_keyspace_by
      limits_config.bloom_task_target_series_chunk_size
      limits_config.cardinality_limit
      limits_config.deletion_rate_limit
      limits_config.discover_generic_fields: no further fields are detected
      limits_config.enable_multi_variant_queries: variants are refused
      limits_config.enforce_metric_name
      limits_config.index_gateway_shard_size
      limits_config.ingest_limits_enabled
      limits_config.ingestion_partition_tenant_shard_size
      limits_config.instant_metric_query_split_align
      limits_config.log_level_from_json_max_depth: two levels of an object are looked at
      limits_config.max_chunks_per_query
      limits_config.max_metadata_cache_freshness
      limits_config.max_querier_bytes_read: set limits_config.max_query_bytes_read
      limits_config.max_queriers_per_tenant
      limits_config.max_query_capacity
      limits_config.max_query_parallelism
      limits_config.max_stats_cache_freshness
      limits_config.max_streams_per_user: set limits_config.max_global_streams_per_user
      limits_config.metric_aggregation_enabled
      limits_config.pattern_ingester_tokenizable_json_fields
      limits_config.pattern_ingester_tokenizable_json_fields_append
      limits_config.pattern_ingester_tokenizable_json_fields_default
      limits_config.pattern_ingester_tokenizable_json_fields_delete
      limits_config.pattern_persistence_enabled
      limits_config.pattern_rate_threshold
      limits_config.persist_granularity
      limits_config.query_ready_index_num_days
      limits_config.recent_metadata_query_window
      limits_config.ruler_enable_wal_replay: samples wait in memory
      limits_config.ruler_remote_evaluation_max_response_size: rules are evaluated in this process
      limits_config.ruler_remote_evaluation_timeout: rules are evaluated in this process
      limits_config.ruler_remote_write_queue_batch_send_deadline: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_capacity: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_max_backoff: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_max_samples_per_send: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_max_shards: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_min_backoff: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_min_shards: set ruler.remote_write.client
      limits_config.ruler_remote_write_queue_retry_on_ratelimit: set ruler.remote_write.client
      limits_config.ruler_remote_write_timeout: set ruler.remote_write.client
      limits_config.ruler_tenant_shard_size
      limits_config.shard_streams: a stream is not split, however fast it is
      limits_config.simulated_push_latency
      limits_config.split_ingester_queries_by_interval
      limits_config.split_instant_metric_queries_by_interval
      limits_config.split_metadata_queries_by_interval
      limits_config.split_queries_by_interval
      limits_config.split_recent_metadata_queries_by_interval
      limits_config.tsdb_max_bytes_per_shard
      limits_config.tsdb_max_query_parallelism
      limits_config.tsdb_precompute_chunks
      limits_config.tsdb_sharding_strategy
      limits_config.use_owned_stream_count
      memberlist.abort_if_cluster_join_fails
      memberlist.broadcast_timeout_for_local_updates_on_shutdown
      memberlist.cluster_label
      memberlist.cluster_label_verification_disabled
      memberlist.compression_enabled
      memberlist.dead_node_reclaim_time
      memberlist.gossip_interval
      memberlist.gossip_nodes
      memberlist.gossip_to_dead_nodes_time
      memberlist.leave_timeout
      memberlist.left_ingesters_timeout
      memberlist.max_join_backoff
      memberlist.max_join_retries
      memberlist.message_history_buffer_bytes
      memberlist.min_join_backoff
      memberlist.node_name: set common.ring.instance_id
      memberlist.obsolete_entries_timeout
      memberlist.packet_dial_timeout
      memberlist.packet_write_timeout
      memberlist.propagation_delay_tracker
      memberlist.pull_push_interval
      memberlist.randomize_node_name
      memberlist.received_messages_queue_size
      memberlist.rejoin_interval
      memberlist.retransmit_factor
      memberlist.stream_timeout
      memberlist.zone_aware_routing
      metrics_namespace: metrics begin with skald_
      operational_config
      pattern_ingester.client_config
      pattern_ingester.concurrent_flushes
      pattern_ingester.connection_timeout
      pattern_ingester.flush_check_period
      pattern_ingester.lifecycler
      pattern_ingester.max_chunk_age
      pattern_ingester.metric_aggregation
      pattern_ingester.pattern_persistence
      pattern_ingester.retain_for
      pattern_ingester.tee_config
      pattern_ingester.volume_threshold
      profiling
      querier.engine
      querier.engine_v2
      querier.extra_query_delay
      querier.per_request_limits_enabled
      querier.query_ingester_only
      querier.query_ingesters_within
      querier.query_partition_ingesters
      querier.query_store_only
      querier.query_timeout: set limits_config.query_timeout
      query_engine
      query_range.align_queries_with_step
      query_range.cache_index_stats_results
      query_range.cache_instant_metric_results
      query_range.cache_label_results
      query_range.cache_series_results
      query_range.cache_volume_results
      query_range.index_stats_results_cache
      query_range.instant_metric_query_split_align
      query_range.instant_metric_results_cache
      query_range.label_results_cache
      query_range.max_retries
      query_range.parallelise_shardable_queries
      query_range.results_cache.cache.background
      query_range.results_cache.cache.default_validity
      query_range.results_cache.cache.embedded_cache.enabled: set query_range.cache_results
      query_range.results_cache.cache.embedded_cache.max_size_items
      query_range.results_cache.cache.embedded_cache.purge_interval
      query_range.results_cache.cache.embedded_cache.ttl: what is kept never holds too long
      query_range.results_cache.cache.enable_fifocache
      query_range.results_cache.cache.fifocache
      query_range.results_cache.cache.memcached: results are kept in the memory of queriers
      query_range.results_cache.cache.memcached_client
      query_range.results_cache.cache.redis: results are kept in the memory of queriers
      query_range.results_cache.compression
      query_range.series_results_cache
      query_range.shard_aggregations
      query_range.split_queries_by_interval
      query_range.volume_results_cache
      query_scheduler
      ruler.alertmanager_client.tls_cipher_suites
      ruler.alertmanager_client.tls_min_version
      ruler.alertmanager_client.tls_server_name
      ruler.alertmanager_refresh_interval
      ruler.client
      ruler.disable_rule_group_label
      ruler.enable_sharding: this is a single process, which evaluates all rules
      ruler.evaluation
      ruler.flush_period
      ruler.for_grace_period: alerts that are pending begin anew after a restart
      ruler.for_outage_tolerance: alerts that are pending begin anew after a restart
      ruler.query_stats_enabled
      ruler.remote_write.client.metadata_config
      ruler.remote_write.client.name
      ruler.remote_write.client.queue_config.batch_send_deadline: samples are sent at once
      ruler.remote_write.client.queue_config.max_shards
      ruler.remote_write.client.queue_config.min_shards
      ruler.remote_write.client.queue_config.retry_on_http_429: such requests are repeated
      ruler.remote_write.client.queue_config.sample_age_limit
      ruler.remote_write.client.send_exemplars
      ruler.remote_write.client.send_native_histograms
      ruler.remote_write.config_refresh_period
      ruler.ring
      ruler.rule_path: rules are not written to another folder
      ruler.search_pending_for
      ruler.sharding_algo
      ruler.sharding_strategy
      ruler.wal: samples wait in memory
      ruler.wal_cleaner
      ruler_storage: rules are kept in the object store of the chunks
      schema_config: the index has one form, and nothing of Loki's data is read
      server.cluster_validation
      server.grpc_listen_conn_limit
      server.grpc_listen_network
      server.grpc_server_max_connection_age
      server.grpc_server_max_connection_age_grace
      server.grpc_server_max_connection_idle
      server.grpc_server_max_send_msg_size
      server.grpc_server_num_workers
      server.grpc_server_ping_without_stream_allowed
      server.grpc_server_recv_buffer_pools_enabled
      server.grpc_server_stats_tracking_enabled
      server.http_listen_network
      server.http_log_closed_connections_without_response_enabled
      server.log_request_exclude_headers_list
      server.log_request_headers
      server.log_source_ips_enabled
      server.log_source_ips_full
      server.log_source_ips_header
      server.log_source_ips_regex
      server.register_instrumentation
      server.report_grpc_codes_in_instrumentation_label_enabled
      server.trace_request_exclude_headers_list
      server.trace_request_headers
      storage_config.aws.chunk_delimiter: keys of objects have one form
      storage_config.aws.dualstack_enabled: set storage_config.aws.endpoint
      storage_config.aws.dynamodb: the index lies in the object store
      storage_config.bloom_shipper
      storage_config.boltdb: the index lies in the object store
      storage_config.boltdb_shipper: copies of the index lie below common.path_prefix
      storage_config.congestion_control
      storage_config.disable_broad_index_queries
      storage_config.hedging
      storage_config.index_cache_validity
      storage_config.index_queries_cache_config
      storage_config.max_chunk_batch_size
      storage_config.max_parallel_get_chunk
      storage_config.tsdb_shipper: copies of the index lie below common.path_prefix
      table_manager: set compactor.retention_enabled and limits_config.retention_period
      tracing.profiling_enabled
      ui
      """;

  private static final String NO_STORE =
      "chunks would lie on this machine instead of the object store, and be lost with it; this"
          + " version keeps them in a folder or in S3: set common.storage.filesystem or"
          + " common.storage.s3";

  private static final String SCHEMA_STORE = "schema_config.configs[].object_store";

  private static final String OTHER_STORE =
      "chunks would lie elsewhere than it says; s3 and aws need common.storage.s3 or"
          + " storage_config.aws, and filesystem needs neither";

  private static final String NO_TENANT_KEYS =
      "objects of the tenant would be encrypted as all others; set common.storage.s3.sse for all";

  private static final String NO_POLICIES =
      "there are no ingestion policies, and what they forbid would be taken; use enforced_labels or"
          + " block_ingestion_until of the tenant";

  private static final String NO_KAFKA =
      "there is no Kafka on the way of a push; remove the key to write to the ingester";

  private static final String NO_RULE_STORE =
      "rules of another store would not be found; this version keeps them in the object store of"
          + " the chunks, or reads those of ruler.storage.local.directory";

  private static final String ONE_ALERTMANAGER =
      "alerts of the tenant would go to those of ruler.alertmanager_url; the tenant is sent along"
          + " as X-Scope-OrgID";

  private static final String ONE_RECEIVER =
      "samples of the tenant would go to those of ruler.remote_write; the tenant is sent along as"
          + " X-Scope-OrgID, and ruler_remote_write_disabled sends none";

  private static final List<Refusal> REFUSED =
      List.of(
          refuse("common.storage.alibabacloud", NO_STORE),
          refuse("common.storage.azure", NO_STORE),
          refuse("common.storage.bos", NO_STORE),
          refuse("common.storage.cos", NO_STORE),
          refuse("common.storage.gcs", NO_STORE),
          refuse("common.storage.object_store", NO_STORE),
          refuse("common.storage.swift", NO_STORE),
          new Refusal(
              "distributor.ingester_writes_enabled",
              Set.of("true"),
              "a push is stored by the ingester; remove the key"),
          new Refusal("distributor.kafka_writes_enabled", Set.of("false"), NO_KAFKA),
          refuse(
              "distributor.otlp_config",
              "streams of OpenTelemetry would get other labels; write the list as an index_label"
                  + " rule of limits_config.otlp_config.resource_attributes, with ignore_defaults"),
          refuse(
              "http_prefix",
              "paths begin at the root, and clients would get 404; set the prefix in a proxy"),
          new Refusal("ingester.kafka_ingestion.enabled", Set.of("false"), NO_KAFKA),
          refuse("kafka_config", NO_KAFKA),
          refuse("limits_config.block_ingestion_policy_until", NO_POLICIES),
          refuse("limits_config.policy_enforced_labels", NO_POLICIES),
          refuse("limits_config.policy_stream_mapping", NO_POLICIES),
          refuse("limits_config.ruler_alertmanager_config", ONE_ALERTMANAGER),
          refuse("limits_config.ruler_remote_write_config", ONE_RECEIVER),
          refuse("limits_config.ruler_remote_write_headers", ONE_RECEIVER),
          refuse("limits_config.ruler_remote_write_relabel_configs", ONE_RECEIVER),
          refuse("limits_config.ruler_remote_write_sigv4_config", ONE_RECEIVER),
          refuse("limits_config.ruler_remote_write_url", ONE_RECEIVER),
          refuse("limits_config.s3_sse_kms_encryption_context", NO_TENANT_KEYS),
          refuse("limits_config.s3_sse_kms_key_id", NO_TENANT_KEYS),
          refuse("limits_config.s3_sse_type", NO_TENANT_KEYS),
          refuse(
              "ruler.alert_relabel_configs",
              "alerts would have other labels, and go to other people; relabel in Alertmanager"),
          new Refusal(
              "ruler.alertmanager_client.type",
              Set.of("Bearer"),
              "credentials are sent as a bearer token; use basic_auth_username for others"),
          new Refusal(
              "ruler.enable_alertmanager_discovery",
              Set.of("false"),
              "names are not looked up as SRV records; write all in ruler.alertmanager_url"),
          new Refusal(
              "ruler.enable_alertmanager_v2",
              Set.of("true"),
              "Alertmanager has removed the older API; upgrade it and remove the key"),
          new Refusal(
              "ruler.evaluation.mode",
              Set.of("local"),
              "rules are evaluated in this process; remove the key"),
          refuse(
              "ruler.remote_write.client.authorization",
              "requests would be sent without credentials; use bearer_token"),
          refuse(
              "ruler.remote_write.client.oauth2",
              "requests would be sent without credentials; use bearer_token_file"),
          refuse(
              "ruler.remote_write.client.proxy_url",
              "requests would not go through the proxy; name it as the url"),
          refuse(
              "ruler.remote_write.client.write_relabel_configs",
              "samples would have other labels; relabel in the receiver"),
          refuse("ruler.storage.alibabacloud", NO_RULE_STORE),
          refuse("ruler.storage.azure", NO_RULE_STORE),
          refuse("ruler.storage.bos", NO_RULE_STORE),
          refuse("ruler.storage.cos", NO_RULE_STORE),
          refuse("ruler.storage.gcs", NO_RULE_STORE),
          refuse("ruler.storage.s3", NO_RULE_STORE),
          refuse("ruler.storage.swift", NO_RULE_STORE),
          new Refusal("ruler_storage.backend", Set.of("filesystem"), NO_RULE_STORE),
          refuse(
              "ruler_storage.local",
              "its rules would not be found; set ruler.storage.local.directory"),
          new Refusal(SCHEMA_STORE, Set.of("aws", "filesystem", "s3"), OTHER_STORE),
          refuse(
              "server.http_path_prefix",
              "paths begin at the root, and clients would get 404; set the prefix in a proxy"),
          new Refusal(
              "server.proxy_protocol_enabled",
              Set.of("false"),
              "requests in the PROXY protocol cannot be read; switch it off in the proxy"),
          refuse("storage_config.alibabacloud", NO_STORE),
          refuse("storage_config.azure", NO_STORE),
          refuse("storage_config.bigtable", NO_STORE),
          refuse("storage_config.bos", NO_STORE),
          refuse("storage_config.cassandra", NO_STORE),
          refuse("storage_config.cos", NO_STORE),
          refuse("storage_config.gcs", NO_STORE),
          refuse("storage_config.grpc_store", NO_STORE),
          refuse("storage_config.named_stores", NO_STORE),
          refuse(
              "storage_config.object_prefix",
              "objects would get other names; set common.storage.s3.object_prefix, or put the"
                  + " prefix into the folder"),
          refuse("storage_config.object_store", NO_STORE),
          refuse("storage_config.swift", NO_STORE),
          new Refusal("storage_config.use_thanos_objstore", Set.of("false"), NO_STORE));

  /** Keys of the server's file. */
  static final ForeignKeys OF_SERVER = new ForeignKeys(ignored(), REFUSED);

  /** Keys of a server's file that names no bucket: then its schema must not mean one. */
  static final ForeignKeys WITHOUT_BUCKET =
      new ForeignKeys(
          ignored(),
          REFUSED.stream()
              .map(refusal ->
                  refusal.key().equals(SCHEMA_STORE)
                      ? new Refusal(SCHEMA_STORE, Set.of("filesystem"), OTHER_STORE)
                      : refusal)
              .toList());

  private static final Map<String, String> IGNORED_IN_OVERRIDES =
      Map.of("multi_kv_config", "", "configs", "");

  /** Keys of a file with overrides: those of limits below the name of a tenant. */
  static final ForeignKeys OF_OVERRIDES = ofOverrides();

  private LokiKeys() {}

  private static Refusal refuse(String key, String reason) {
    return new Refusal(key, Set.of(), reason);
  }

  /** Returns the keys that are ignored, and what that means. */
  static Map<String, String> ignored() {
    return new TreeMap<>(ForeignKeys.read(IGNORED));
  }

  static List<Refusal> refused() {
    return REFUSED;
  }

  private static ForeignKeys ofOverrides() {
    Map<String, String> keys = new TreeMap<>(IGNORED_IN_OVERRIDES);
    ignored()
        .forEach((key, meaning) -> {
          if (key.startsWith(LIMITS)) {
            keys.put("*." + key.substring(LIMITS.length()), meaning);
          }
        });
    return new ForeignKeys(
        keys,
        REFUSED.stream()
            .filter(refusal -> refusal.key().startsWith(LIMITS))
            .map(refusal ->
                new Refusal(
                    "*." + refusal.key().substring(LIMITS.length()),
                    refusal.unless(),
                    refusal.reason()))
            .collect(Collectors.toList()));
  }
}
