package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.client.ClientAccess;
import io.skald.common.config.ConfigException;
import io.skald.common.config.Secret;
import io.skald.common.limits.BlockedQuery;
import io.skald.common.limits.EntryLimits;
import io.skald.common.limits.IngestionLimits;
import io.skald.common.limits.LabelLimits;
import io.skald.common.limits.Limits;
import io.skald.common.limits.OtlpConfig;
import io.skald.common.limits.OverridesSource;
import io.skald.common.limits.QueryLimits;
import io.skald.common.limits.RetentionLimits;
import io.skald.common.limits.RuleLimits;
import io.skald.common.ring.DistributorRingConfig;
import io.skald.common.ring.EtcdConfig;
import io.skald.common.ring.KvstoreConfig;
import io.skald.common.ring.LifecyclerConfig;
import io.skald.common.ring.MemberlistConfig;
import io.skald.common.ring.MemberlistTls;
import io.skald.common.ring.RingConfig;
import io.skald.common.tls.ClientTlsConfig;
import io.skald.common.tls.ServerTlsConfig;
import io.skald.distributor.DistributorConfig;
import io.skald.ingester.IngesterConfig;
import io.skald.querier.rule.RulerConfig;
import io.skald.server.auth.AuthenticationConfig;
import io.skald.server.trace.TracingConfig;
import io.skald.storage.object.s3.S3Config;
import io.skald.storage.pattern.PatternConfig;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkaldConfigTest {
  private static final String EVERY_KEY =
      """
      auth_enabled: false
      target: write,ruler
      shutdown_delay: 10s
      authentication:
        type: oidc
        open_status_endpoints: false
        basic: {users_file: /etc/users.yaml}
        bearer: {tokens_file: /etc/tokens.yaml}
        mtls: {subjects_file: /etc/subjects.yaml}
        oidc:
          issuer: https://id.example.org
          audience: [skald]
          jwks_url: https://id.example.org/jwks
          jwks_ca_file: /etc/id-ca.pem
          algorithms: [ES384]
          clock_skew: 19s
          tenants_claim: orgs
          permissions_claim: scope
          permission_prefix: 'skald:'
      server:
        http_listen_address: 127.0.0.2
        http_listen_port: 3199
        log_level: debug
        log_format: json
        log_request_at_info_level_enabled: true
        http_server_idle_timeout: 11s
        http_server_read_timeout: 12s
        graceful_shutdown_timeout: 13s
        http_server_read_header_timeout: 14s
        http_server_write_timeout: 15s
        http_listen_conn_limit: 16
        http_listen_conn_limit_per_address: 17
        http_max_header_bytes: 118KB
        http_max_headers: 119
        http_max_inflight_body_bytes: 20MB
        http_cors_allowed_origins: ['https://grafana.example:3000', '*']
        http_tls_config:
          cert_file: /etc/cert.pem
          key_file: /etc/key.pem
          client_auth_type: RequireAndVerifyClientCert
          client_ca_file: /etc/ca.pem
        http_tls_handshake_timeout: 18s
        tls_min_version: VersionTLS13
        tls_cipher_suites: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
        admin_listen_address: 127.0.0.3
        admin_listen_port: 3198
        grpc_listen_address: 127.0.0.4
        grpc_listen_port: 3197
        grpc_server_max_recv_msg_size: 120MB
        grpc_server_max_concurrent_streams: 121
        grpc_server_keepalive_time: 122s
        grpc_server_keepalive_timeout: 123s
        grpc_server_min_time_between_pings: 124s
        grpc_tls_config:
          cert_file: /etc/g.pem
          key_file: /etc/gk.pem
          client_auth_type: VerifyClientCertIfGiven
          client_ca_file: /etc/gca.pem
      common:
        path_prefix: /srv/skald
        replication_factor: 3
        ring:
          kvstore:
            store: etcd
            prefix: c/
            etcd:
              endpoints: ['c:2379']
              dial_timeout: 125s
              tls_enabled: true
              tls_ca_path: /etc/ca.pem
              tls_cert_path: /etc/c.pem
              tls_key_path: /etc/k.pem
              tls_insecure_skip_verify: false
          heartbeat_period: 126s
          heartbeat_timeout: 127s
          autoforget_period: 128s
          tokens_file_path: /srv/t
          instance_id: i1
          instance_addr: i1.example
          instance_port: 3196
          instance_availability_zone: z1
        storage:
          filesystem:
            chunks_directory: /srv/chunks
            rules_directory: /srv/rules
      storage_config:
        filesystem:
          directory: /srv/older
        index_cache_size: 256MB
        pack_cache_size: 31MB
        pack_disk_cache_size: 32MB
      distributor:
        max_recv_msg_size: 21MB
        max_decompressed_size: 22MB
        max_inflight_decoded_bytes: 25MB
        max_rows: 23
        label_cache_bytes: 24KB
        replication_factor: 3
        ring:
          kvstore:
            store: etcd
            prefix: d/
            etcd:
              endpoints: ['d:2379']
              dial_timeout: 129s
              tls_enabled: true
              tls_ca_path: /etc/ca.pem
              tls_cert_path: /etc/c.pem
              tls_key_path: /etc/k.pem
              tls_insecure_skip_verify: false
      query_range:
        cache_results: true
        results_cache: {cache: {embedded_cache: {max_size_mb: 140}}}
      memberlist:
        join_members: [gossip.example, '10.1.2.3:136']
        bind_addr: [127.0.0.5]
        bind_port: 137
        advertise_addr: h
        advertise_port: 138
        tls_enabled: true
        tls_cert_path: /etc/m.pem
        tls_key_path: /etc/mk.pem
        tls_ca_path: /etc/mca.pem
        tls_server_name: m.example
        tls_insecure_skip_verify: true
        tls_min_version: VersionTLS13
        tls_cipher_suites: TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
      ingester_client:
        remote_timeout: 130s
        max_inflight_bytes: 131MB
        max_read_bytes: 132MB
        grpc_client_config:
          max_recv_msg_size: 133MB
          tls_enabled: true
          tls_ca_path: /etc/ca.pem
          tls_cert_path: /etc/c.pem
          tls_key_path: /etc/k.pem
          tls_insecure_skip_verify: false
      ingester:
        lifecycler:
          ring:
            kvstore:
              store: etcd
              prefix: i/
              etcd:
                endpoints: ['i:2379']
                dial_timeout: 134s
                tls_enabled: true
                tls_ca_path: /etc/ca.pem
                tls_cert_path: /etc/c.pem
                tls_key_path: /etc/k.pem
                tls_insecure_skip_verify: false
            replication_factor: 3
          num_tokens: 135
          tokens_file_path: /srv/t2
          availability_zone: z2
          unregister_on_shutdown: false
          id: i2
          address: i2.example
          port: 3195
        chunk_block_size: 31KB
        chunk_target_size: 32KB
        max_chunk_age: 33m
        chunk_idle_period: 34m
        flush_check_period: 35s
        concurrent_flushes: 36
        max_pack_size: 37MB
        max_unflushed_bytes: 38MB
        max_push_wait: 39s
        seal_threads: 40
        wal:
          enabled: true
          dir: /srv/wal
          segment_size: 41MB
          checkpoint_duration: 42m
          checkpoint_size: 43MB
          replay_memory_ceiling: 44MB
          max_queued_bytes: 45MB
          max_queue_wait: 46s
      pattern_ingester:
        enabled: true
        max_clusters: 47
        max_eviction_ratio: 0.48
        max_allowed_line_length: 49
        pattern_sample_interval: 50s
        max_memory: 51MB
      compactor:
        working_directory: /srv/making
        compaction_interval: 3m
        min_file_age: 4m
        retention_enabled: true
        retention_delete_delay: 5h
        delete_request_cancel_period: 85h
        delete_max_interval: 86h
      querier:
        max_concurrent: 51
        max_running_queries: 87
        max_outstanding_per_tenant: 88
        max_query_memory: 52MB
        max_total_query_memory: 95MB
        cache_size: 53MB
        tail_max_duration: 89s
        multi_tenant_queries_enabled: true
        fan_out_min_bytes: 93MB
        fan_out_after: 94s
        log_queries: false
        log_queries_longer_than: 92s
      ruler:
        external_url: http://grafana
        datasource_uid: loki
        external_labels: {region: eu}
        evaluation_interval: 92s
        poll_interval: 93s
        storage: {type: local, local: {directory: /srv/own-rules}}
        alertmanager_url: http://one:9093,http://two:9093
        notification_queue_capacity: 94
        notification_timeout: 95s
        alertmanager_client:
          tls_ca_path: /etc/am-ca.pem
          tls_cert_path: /etc/am.pem
          tls_key_path: /etc/am.key
          basic_auth_username: am
          basic_auth_password: am-pass
        resend_delay: 96s
        enable_api: false
        enabled_tenants: a,b
        disabled_tenants: [b]
        remote_write:
          enabled: true
          add_org_id_header: false
          client:
            url: http://prometheus/api/v1/write
            remote_timeout: 97s
            headers: {X-A: b}
            bearer_token_file: /etc/token
            tls_config: {ca_file: /etc/ca, cert_file: /etc/cert, key_file: /etc/key}
            queue_config:
              capacity: 98
              max_samples_per_send: 99
              min_backoff: 100ms
              max_backoff: 101s
          clients:
            other: {url: http://other/write}
      runtime_config:
        file: [a.yaml, b.yaml]
        period: 89s
      tracing:
        enabled: false
        otlp_endpoint: http://collector:4318
        sampling_ratio: 0.25
      limits_config:
        ingestion_rate_mb: 61.5
        ingestion_burst_size_mb: 62.5
        ingestion_rate_strategy: local
        block_ingestion_until: 2030-01-02T03:04:05Z
        block_ingestion_status_code: 299
        enforced_labels: [team]
        max_line_size_truncate_identifier: ...
        unordered_writes: false
        otlp_config:
          resource_attributes:
            ignore_defaults: true
            attributes_config:
              - {action: index_label, attributes: [a]}
          scope_attributes:
            - {action: drop, regex: b.*}
          log_attributes:
            - {action: structured_metadata, attributes: [c]}
          severity_text_as_label: true
        blocked_queries:
          - {pattern: x, regex: true, types: "metric,filter", hash: 90}
        per_tenant_override_config: /srv/overrides.yaml
        per_tenant_override_period: 91s
        max_line_size: 63KB
        max_line_size_truncate: true
        max_label_names_per_series: 64
        max_label_name_length: 65
        max_label_value_length: 66
        reject_old_samples: false
        reject_old_samples_max_age: 67h
        allow_backfill: true
        creation_grace_period: 68m
        per_stream_rate_limit: 69KB
        per_stream_rate_limit_burst: 70KB
        max_global_streams_per_user: 71
        allow_structured_metadata: false
        max_structured_metadata_size: 72
        max_structured_metadata_entries_count: 73
        discover_service_name: [app]
        discover_log_levels: false
        log_level_fields: [lvl, level]
        increment_duplicate_timestamp: true
        max_entries_limit_per_query: 74
        max_query_series: 75
        max_query_length: 76h
        max_query_lookback: 77h
        max_query_range: 78h
        max_cache_freshness_per_query: 139m
        max_streams_matchers_per_query: 79
        max_concurrent_tail_requests: 90
        query_timeout: 80s
        required_labels: [cluster]
        minimum_labels_number: 81
        max_query_bytes_read: 82GB
        volume_enabled: false
        volume_max_series: 83
        shard_aggregations: [approx_topk]
        retention_period: 84d
        retention_stream:
          - {selector: '{app="dock"}', priority: 2, period: 48h}
        ruler_max_rules_per_rule_group: 102
        ruler_max_rule_groups_per_tenant: 103
        ruler_evaluation_delay_duration: 104s
        ruler_remote_write_disabled: true
        deletion_mode: filter-only
      """;

  private static RulerConfig ruler() {
    ClientAccess token =
        new ClientAccess(
            new ClientAccess.BasicAuth("", Secret.NONE, ""),
            Secret.NONE,
            "/etc/token",
            new ClientTlsConfig("/etc/ca", "/etc/cert", "/etc/key", false));
    RulerConfig.QueueConfig queue =
        new RulerConfig.QueueConfig(98, 99, Duration.ofMillis(100), Duration.ofSeconds(101));
    RulerConfig.RemoteWrite defaults = RulerConfig.DEFAULTS.remoteWrite();
    return new RulerConfig(
        "http://grafana",
        "loki",
        Map.of("region", "eu"),
        Duration.ofSeconds(92),
        Duration.ofSeconds(93),
        new RulerConfig.Storage("local", new RulerConfig.Local("/srv/own-rules")),
        List.of("http://one:9093", "http://two:9093"),
        94,
        Duration.ofSeconds(95),
        new RulerConfig.AlertmanagerClient(
            "/etc/am-ca.pem",
            "/etc/am.pem",
            "/etc/am.key",
            false,
            "am",
            new Secret("am-pass"),
            Secret.NONE,
            ""),
        Duration.ofSeconds(96),
        false,
        List.of("a", "b"),
        List.of("b"),
        new RulerConfig.RemoteWrite(
            true,
            new RulerConfig.RemoteClient(
                "http://prometheus/api/v1/write",
                Duration.ofSeconds(97),
                Map.of("X-A", new Secret("b")),
                token,
                queue),
            Map.of(
                "other",
                new RulerConfig.RemoteClient(
                    "http://other/write",
                    defaults.client().remoteTimeout(),
                    Map.of(),
                    ClientAccess.NONE,
                    defaults.client().queueConfig())),
            false));
  }

  private static final SkaldConfig EVERY_VALUE =
      new SkaldConfig(
          false,
          "write,ruler",
          new AuthenticationConfig(
              AuthenticationConfig.Type.OIDC,
              false,
              new AuthenticationConfig.Basic("/etc/users.yaml"),
              new AuthenticationConfig.Bearer("/etc/tokens.yaml"),
              new AuthenticationConfig.Mtls("/etc/subjects.yaml"),
              new AuthenticationConfig.Oidc(
                  "https://id.example.org",
                  List.of("skald"),
                  "https://id.example.org/jwks",
                  "/etc/id-ca.pem",
                  List.of("ES384"),
                  Duration.ofSeconds(19),
                  "orgs",
                  "scope",
                  "skald:")),
          new ServerSection(
              "127.0.0.2",
              3199,
              "debug",
              "json",
              true,
              Duration.ofSeconds(11),
              Duration.ofSeconds(12),
              Duration.ofSeconds(13),
              new ListenerSection(
                  Duration.ofSeconds(14),
                  Duration.ofSeconds(15),
                  16,
                  17,
                  118 << 10,
                  119,
                  20 << 20,
                  List.of("https://grafana.example:3000", "*"),
                  new ServerTlsConfig(
                      "/etc/cert.pem", "/etc/key.pem", "RequireAndVerifyClientCert", "/etc/ca.pem"),
                  Duration.ofSeconds(18),
                  "VersionTLS13",
                  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                  "127.0.0.3",
                  3198),
              new GrpcSection(
                  "127.0.0.4",
                  3197,
                  120 << 20,
                  121,
                  Duration.ofSeconds(122),
                  Duration.ofSeconds(123),
                  Duration.ofSeconds(124),
                  new ServerTlsConfig(
                      "/etc/g.pem", "/etc/gk.pem", "VerifyClientCertIfGiven", "/etc/gca.pem"))),
          new CommonSection(
              Path.of("/srv/skald"),
              3,
              new RingConfig(
                  new KvstoreConfig(
                      "etcd",
                      "c/",
                      new EtcdConfig(
                          List.of("c:2379"),
                          Duration.ofSeconds(125),
                          true,
                          "/etc/ca.pem",
                          "/etc/c.pem",
                          "/etc/k.pem",
                          false)),
                  Duration.ofSeconds(126),
                  Duration.ofSeconds(127),
                  Duration.ofSeconds(128),
                  "/srv/t",
                  "i1",
                  "i1.example",
                  3196,
                  "z1"),
              new CommonSection.Storage(
                  new CommonSection.Filesystem("/srv/chunks", "/srv/rules"), S3Config.DEFAULTS)),
          new StorageSection(
              new StorageSection.Filesystem("/srv/older"),
              S3Config.DEFAULTS,
              256L << 20,
              31L << 20,
              32L << 20),
          new DistributorConfig(
              21 << 20,
              22 << 20,
              25 << 20,
              23,
              24 << 10,
              3,
              new DistributorRingConfig(
                  new KvstoreConfig(
                      "etcd",
                      "d/",
                      new EtcdConfig(
                          List.of("d:2379"),
                          Duration.ofSeconds(129),
                          true,
                          "/etc/ca.pem",
                          "/etc/c.pem",
                          "/etc/k.pem",
                          false)))),
          new IngesterConfig(
              31 << 10,
              32 << 10,
              Duration.ofMinutes(33),
              Duration.ofMinutes(34),
              Duration.ofSeconds(35),
              36,
              37 << 20,
              38 << 20,
              Duration.ofSeconds(39),
              40,
              new IngesterConfig.Wal(
                  true,
                  Path.of("/srv/wal"),
                  41 << 20,
                  Duration.ofMinutes(42),
                  43 << 20,
                  44 << 20,
                  45 << 20,
                  Duration.ofSeconds(46)),
              new LifecyclerConfig(
                  new LifecyclerConfig.IngesterRing(
                      new KvstoreConfig(
                          "etcd",
                          "i/",
                          new EtcdConfig(
                              List.of("i:2379"),
                              Duration.ofSeconds(134),
                              true,
                              "/etc/ca.pem",
                              "/etc/c.pem",
                              "/etc/k.pem",
                              false)),
                      3),
                  135,
                  "/srv/t2",
                  "z2",
                  false,
                  "i2",
                  "i2.example",
                  3195)),
          new PatternConfig(true, 47, 0.48, 49, Duration.ofSeconds(50), 51 << 20),
          new CompactorSection(
              "/srv/making",
              Duration.ofMinutes(3),
              Duration.ofMinutes(4),
              true,
              Duration.ofHours(5),
              Duration.ofHours(85),
              Duration.ofHours(86)),
          new QuerierSection(
              51,
              87,
              88,
              52 << 20,
              95 << 20,
              53 << 20,
              Duration.ofSeconds(89),
              true,
              93 << 20,
              Duration.ofSeconds(94),
              new QueryLogSection(false, Duration.ofSeconds(92))),
          ruler(),
          new RuntimeConfigSection(List.of("a.yaml", "b.yaml"), Duration.ofSeconds(89)),
          new TracingConfig(false, "http://collector:4318", 0.25),
          new Limits(
              new IngestionLimits(
                  61.5,
                  62.5,
                  IngestionLimits.RateStrategy.LOCAL,
                  69 << 10,
                  70 << 10,
                  71,
                  Instant.parse("2030-01-02T03:04:05Z"),
                  299),
              new LabelLimits(64, 65, 66, List.of("app"), List.of("team")),
              new EntryLimits(
                  63 << 10,
                  true,
                  "...",
                  false,
                  false,
                  Duration.ofHours(67),
                  true,
                  Duration.ofMinutes(68),
                  true,
                  false,
                  72,
                  73,
                  false,
                  List.of("lvl", "level")),
              new OtlpConfig(
                  new OtlpConfig.ResourceAttributes(
                      true,
                      List.of(
                          new OtlpConfig.AttributeRule(
                              OtlpConfig.Action.INDEX_LABEL, List.of("a"), ""))),
                  List.of(new OtlpConfig.AttributeRule(OtlpConfig.Action.DROP, List.of(), "b.*")),
                  List.of(
                      new OtlpConfig.AttributeRule(
                          OtlpConfig.Action.STRUCTURED_METADATA, List.of("c"), "")),
                  true),
              new QueryLimits(
                  74,
                  75,
                  Duration.ofHours(76),
                  Duration.ofHours(77),
                  Duration.ofHours(78),
                  79,
                  90,
                  Duration.ofSeconds(80),
                  List.of("cluster"),
                  81,
                  82L << 30,
                  false,
                  83,
                  List.of(new BlockedQuery("x", true, List.of("metric", "filter"), "90")),
                  Duration.ofMinutes(139),
                  List.of("approx_topk")),
              new RetentionLimits(
                  Duration.ofDays(84),
                  List.of(
                      new RetentionLimits.StreamRetention(
                          Duration.ofHours(48), 2, "{app=\"dock\"}")),
                  "filter-only"),
              new RuleLimits(102, 103, Duration.ofSeconds(104), true),
              new OverridesSource("/srv/overrides.yaml", Duration.ofSeconds(91))),
          Duration.ofSeconds(10),
          new IngesterClientSection(
              Duration.ofSeconds(130),
              131 << 20,
              132 << 20,
              new IngesterClientSection.Client(
                  133 << 20, true, "/etc/ca.pem", "/etc/c.pem", "/etc/k.pem", false)),
          new MemberlistConfig(
              List.of("gossip.example", "10.1.2.3:136"),
              List.of("127.0.0.5"),
              137,
              "h",
              138,
              new MemberlistTls(
                  true,
                  "/etc/m.pem",
                  "/etc/mk.pem",
                  "/etc/mca.pem",
                  "m.example",
                  true,
                  "VersionTLS13",
                  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384")),
          new QueryRangeSection(
              true,
              new QueryRangeSection.ResultsCache(
                  new QueryRangeSection.Cache(new QueryRangeSection.EmbeddedCache(140)))));

  /** Stands beside no folder, as its newer name: see {@link BucketConfigTest}. */
  private static final String AWS = "storageConfig.aws";

  /** Keys that this version knows with one value only. */
  private static final Set<String> FIXED =
      Set.of(
          "ingester.wal.enabled",
          "common.ring.kvstore.etcd.tlsInsecureSkipVerify",
          "distributor.ring.kvstore.etcd.tlsInsecureSkipVerify",
          "ingester.lifecycler.ring.kvstore.etcd.tlsInsecureSkipVerify",
          "ingesterClient.grpcClientConfig.tlsInsecureSkipVerify",
          // Of several kinds of credentials one can be set, and of two ways to trust.
          "ruler.alertmanagerClient.credentials",
          "ruler.alertmanagerClient.credentialsFile",
          "ruler.alertmanagerClient.tlsInsecureSkipVerify",
          "ruler.remoteWrite.client.access.basicAuth.password",
          "ruler.remoteWrite.client.access.basicAuth.passwordFile",
          "ruler.remoteWrite.client.access.basicAuth.username",
          "ruler.remoteWrite.client.access.bearerToken",
          "ruler.remoteWrite.client.access.tlsConfig.insecureSkipVerify");

  @Test
  void load_emptyFile_yieldsDefaults() {
    SkaldConfig.Loaded loaded = SkaldConfig.load("a.yaml", "", Map.of());

    assertThat(loaded.config()).isEqualTo(SkaldConfig.DEFAULTS);
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.config().authEnabled()).isTrue();
    assertThat(loaded.config().server().httpListenPort()).isEqualTo(3100);
    assertThat(loaded.config().common().chunksDirectory()).isEqualTo(Path.of("data/chunks"));
    assertThat(loaded.config().common().indexDirectory()).isEqualTo(Path.of("data/index"));
    assertThat(loaded.config().ingester().wal().dir()).isEqualTo(Path.of("data/wal"));
  }

  @Test
  void load_everyKey_isMapped() throws ReflectiveOperationException {
    SkaldConfig.Loaded loaded = SkaldConfig.load("a.yaml", EVERY_KEY, Map.of());

    assertThat(loaded.config()).isEqualTo(EVERY_VALUE);
    assertThat(loaded.warnings())
        .containsExactly(
            "a.yaml: 'limits_config.per_tenant_override_config' is not read, since"
                + " 'runtime_config.file' is set");
    assertThat(sameIn("", EVERY_VALUE, SkaldConfig.DEFAULTS))
        .as("keys that the test sets to their default")
        .filteredOn(key -> !key.startsWith("common.storage.s3") && !key.startsWith(AWS))
        .containsExactlyInAnyOrderElementsOf(FIXED);
  }

  @Test
  void load_pathPrefix_movesTheLogUnlessItIsConfigured() {
    Map<String, String> prefix = Map.of("common.path-prefix", "/p");

    SkaldConfig moved = SkaldConfig.load("a.yaml", "", prefix).config();
    SkaldConfig kept = SkaldConfig.load("a.yaml", "ingester: {wal: {dir: /w}}", prefix).config();

    assertThat(moved.ingester().wal().dir()).isEqualTo(Path.of("/p/wal"));
    assertThat(moved.common().chunksDirectory()).isEqualTo(Path.of("/p/chunks"));
    assertThat(moved.common().indexDirectory()).isEqualTo(Path.of("/p/index"));
    assertThat(kept.ingester().wal().dir()).isEqualTo(Path.of("/w"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          server: {http_listen_port: -1} -> a.yaml:1:9: 'server': server.http_listen_port must be 0 to 65535: -1
          server: {http_listen_port: 65536} -> a.yaml:1:9: 'server': server.http_listen_port must be 0 to 65535: 65536
          server: {http_listen_port: x} -> a.yaml:1:28: 'server.http_listen_port' must be a whole number, not 'x'
          server: {log_level: loud} -> a.yaml:1:9: 'server': server.log_level must be debug, info, warn or error: loud
          server: {log_format: xml} -> a.yaml:1:9: 'server': server.log_format must be logfmt or json: xml
          server: {http_listen_prt: 1} -> a.yaml:1:10: unknown key 'http_listen_prt' in 'server'; did you mean 'http_listen_port'?
          server: {http_cors_allowed_origins: ['https://a/']} -> a.yaml:1:1: http_cors_allowed_origins must be like https://grafana.example:3000, or *: https://a/
          shutdown_delay: -1s -> a.yaml:1:1: shutdown_delay must not be negative: PT-1S
          target: read -> a.yaml:1:1: target 'read' needs a ring that other processes see: set common.ring.kvstore.store to etcd or memberlist
          common: {replication_factor: 3} -> a.yaml:1:1: common.replication_factor must be 1 in a single process: 3
          distributor: {replication_factor: 3} -> a.yaml:1:1: distributor.replication_factor must be 1 in a single process: 3
          target: readr -> a.yaml:1:1: target must be all, read, write, backend, distributor, ingester, querier, compactor, ruler, or several of these with commas between: 'readr'
          target: query-frontend -> a.yaml:1:1: target must be all, read, write, backend, distributor, ingester, querier, compactor, ruler, or several of these with commas between: 'query-frontend'; every querier does that work itself, so start none and send reads to queriers
          common: {ring: {kvstore: {store: consul}}} -> a.yaml:1:26: 'common.ring.kvstore': kvstore.store consul is not supported; use etcd or memberlist
          common: {ring: {kvstore: {store: etcd}}} -> a.yaml:1:26: 'common.ring.kvstore': kvstore.store etcd needs kvstore.etcd.endpoints
          memberlist: {tls_enabled: true, tls_cert_path: a} -> a.yaml:1:13: 'memberlist': memberlist.tls_enabled needs tls_cert_path, tls_key_path and tls_ca_path, as each member shows a certificate to the others
          distributor: {max_rows: 0} -> a.yaml:1:14: 'distributor': distributor.max_rows must be positive: 0
          ingester: {wal: {enabled: false}} -> a.yaml:1:17: 'ingester.wal': ingester.wal.enabled must stay true: a push is acknowledged only when it is in the log: false
          ingester: {max_chunk_age: 0} -> a.yaml:1:11: 'ingester': ingester.max_chunk_age must be positive: PT0S
          ingester: {max_chunk_age: 2} -> a.yaml:1:27: 'ingester.max_chunk_age' must be a duration such as 30s, 5m or 1h30m, not '2'
          ruler: {storage: {type: s3}} -> a.yaml:1:18: 'ruler.storage': ruler.storage.type must be local, or empty for the object store of the chunks; rules of another store would not be found: s3
          ruler: {remote_write: {enabled: true}} -> a.yaml:1:23: 'ruler.remote_write': ruler.remote_write.client.url is required, as ruler.remote_write.enabled is true
          ruler: {alertmanager_url: "http://u:p@h"} -> a.yaml:1:8: 'ruler': ruler.alertmanager_url must not hold credentials; they have their own keys
          ruler: {alertmanager_url: "host:9093"} -> a.yaml:1:8: 'ruler': ruler.alertmanager_url must be like http://host:9093: host:9093
          ruler: {evaluation_interval: 1ms} -> a.yaml:1:8: 'ruler': ruler.evaluation_interval must be at least 1s: PT0.001S
          ruler: {remote_write: {client: {headers: {Host: x}}}} -> a.yaml:1:32: 'ruler.remote_write.client': headers cannot hold 'Host', or its value is not one
          tracing: {sampling_ratio: 1.5} -> a.yaml:1:10: 'tracing': tracing.sampling_ratio must be 0 to 1: 1.5
          tracing: {otlp_endpoint: 'collector:4318'} -> a.yaml:1:10: 'tracing': tracing.otlp_endpoint must be a URL like http://collector:4318: collector:4318
          querier: {cache_size: 1KB} -> a.yaml:1:10: 'querier': querier.cache_size must be at least 1MB: 1024
          server: {http_max_headers: 1} -> a.yaml:1:1: http_max_headers must be at least 32, proxies add some: 1
          server: {tls_min_version: VersionTLS11} -> a.yaml:1:9: 'server': tls_min_version VersionTLS11 is no longer safe (RFC 8996); use VersionTLS12 or VersionTLS13
          server: {http_tls_config: {cert_file: a}} -> a.yaml:1:27: 'server.http_tls_config': cert_file and key_file must be set together
          server: {http_tls_config: {client_auth_type: RequireAnyClientCert}} -> a.yaml:1:27: 'server.http_tls_config': client_auth_type RequireAnyClientCert takes certificates that nobody has verified and so protects nothing; use RequireAndVerifyClientCert or VerifyClientCertIfGiven
          authentication: {type: basic} -> a.yaml:1:17: 'authentication': authentication.basic.users_file is required
          authentication: {type: mtls, mtls: {subjects_file: a}} -> a.yaml:1:1: authentication.type mtls needs server.http_tls_config with client_auth_type RequireAndVerifyClientCert or VerifyClientCertIfGiven
          authentication: {type: oidc, oidc: {issuer: a, audience: b, jwks_url: 'http://id/keys'}} -> a.yaml:1:17: 'authentication': authentication.oidc.jwks_url must begin with https://, as who changes the keys on their way can make any token: http://id/keys
          authentication: {oidc: {algorithms: [HS256]}} -> a.yaml:1:24: 'authentication.oidc': algorithms must be some of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, as a token must not be verified by a secret or by nothing: [HS256]
          limits_config: {max_line_size: -1} -> a.yaml:1:16: 'limits_config': max_line_size must not be negative: -1
          limits_config: {ingestion_burst_size_mb: 0} -> a.yaml:1:16: 'limits_config': ingestion_burst_size_mb must be positive while ingestion_rate_mb is set
          """,
      quoteCharacter = '`')
  void load_badValue_saysWhereAndWhy(String yaml, String message) {
    assertThatThrownBy(() -> SkaldConfig.load("a.yaml", yaml, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessage(message);
  }

  @Test
  void load_brokenYaml_saysWhere() {
    assertThatThrownBy(() -> SkaldConfig.load("a.yaml", "server:\n  - [\n", Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("a.yaml:3:1: not valid YAML: ");
  }

  @Test
  void load_badFlag_namesTheFlag() {
    assertThatThrownBy(
            () -> SkaldConfig.load("a.yaml", "", Map.of("server.http-listen-port", "many")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "-server.http-listen-port: 'server.http_listen_port' must be a whole number, not"
                + " 'many'");
  }

  @Test
  void load_keyOfLokiWithoutCounterpart_warns() {
    SkaldConfig.Loaded loaded =
        SkaldConfig.load("a.yaml", "schema_config: {configs: [{from: 2024-01-01}]}", Map.of());

    assertThat(loaded.config()).isEqualTo(SkaldConfig.DEFAULTS);
    assertThat(loaded.warnings())
        .containsExactly(
            "a.yaml:1:1: 'schema_config' has no effect in Skald and is ignored: the index has one"
                + " form, and nothing of Loki's data is read");
  }

  /** Returns the dotted names of all values that are equal in both. */
  private static Set<String> sameIn(String prefix, Record a, Record b)
      throws ReflectiveOperationException {
    Set<String> same = new TreeSet<>();
    for (RecordComponent component : a.getClass().getRecordComponents()) {
      Object left = component.getAccessor().invoke(a);
      Object right = component.getAccessor().invoke(b);
      if (left instanceof Record leftRecord && right instanceof Record rightRecord) {
        same.addAll(sameIn(prefix + component.getName() + ".", leftRecord, rightRecord));
      } else if (left.equals(right)) {
        same.add(prefix + component.getName());
      }
    }
    return same;
  }
}
