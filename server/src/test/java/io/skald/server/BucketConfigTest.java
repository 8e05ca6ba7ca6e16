package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.config.ConfigException;
import io.skald.common.config.ConfigWriter;
import io.skald.common.config.Secret;
import io.skald.storage.object.s3.S3Config;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A bucket instead of a folder, in the newer and the older place of the file. */
class BucketConfigTest {
  private static final String EVERY_KEY =
      """
      {s3: 's3://k:url-secret@minio:9000/url-bucket', endpoint: 'minio.example:9000',
       bucketnames: logs, region: eu-central-1, access_key_id: the-key,
       secret_access_key: the-secret, session_token: the-token, insecure: true,
       s3forcepathstyle: true, signature_version: v4, storage_class: STANDARD_IA,
       sse: {type: SSE-KMS, kms_key_id: the-kms-key, kms_encryption_context: '{"a":"b"}'},
       http_config: {timeout: 11s, idle_conn_timeout: 12s, response_header_timeout: 13s,
                     insecure_skip_verify: false, ca_file: /etc/ca.pem},
       backoff_config: {min_period: 14ms, max_period: 15s, max_retries: 16},
       object_prefix: team/a, part_size: 17MB, max_connections: 18, call_timeout: 19m}
      """;

  private static final S3Config EVERY_VALUE =
      new S3Config(
          new Secret("s3://k:url-secret@minio:9000/url-bucket"),
          "minio.example:9000",
          "logs",
          "eu-central-1",
          "the-key",
          new Secret("the-secret"),
          new Secret("the-token"),
          true,
          true,
          "v4",
          "STANDARD_IA",
          new S3Config.Sse("SSE-KMS", "the-kms-key", "{\"a\":\"b\"}"),
          new S3Config.HttpConfig(
              Duration.ofSeconds(11),
              Duration.ofSeconds(12),
              Duration.ofSeconds(13),
              false,
              "/etc/ca.pem"),
          new S3Config.BackoffConfig(Duration.ofMillis(14), Duration.ofSeconds(15), 16),
          "team/a",
          17 << 20,
          18,
          Duration.ofMinutes(19));

  private static SkaldConfig load(String yaml) {
    return SkaldConfig.load("a.yaml", yaml, Map.of()).config();
  }

  @Test
  void load_everyKey_isMappedInBothPlaces() {
    SkaldConfig newer = load("common: {storage: {s3: " + EVERY_KEY + "}}");
    SkaldConfig older = load("storage_config: {aws: " + EVERY_KEY + "}");

    assertThat(newer.common().storage().s3()).isEqualTo(EVERY_VALUE);
    assertThat(older.common().storage().s3()).isEqualTo(EVERY_VALUE);
    assertThat(older.storageConfig().aws()).isEqualTo(EVERY_VALUE);
  }

  @Test
  void yaml_ofSecrets_tellsNone() {
    for (String yaml :
        new String[] {
          "common: {storage: {s3: " + EVERY_KEY + "}}", "storage_config: {aws: " + EVERY_KEY + "}"
        }) {
      assertThat(ConfigWriter.yaml(load(yaml)))
          .contains("the-key", "secret_access_key: " + Secret.REDACTED)
          .doesNotContain("the-secret", "the-token", "url-secret");
      assertThat(load(yaml).toString()).doesNotContain("the-secret", "the-token", "url-secret");
    }
  }

  @Test
  void load_bucketInBothPlaces_takesTheNewer() {
    SkaldConfig config =
        load(
            """
            common: {storage: {s3: {bucketnames: newer}}}
            storage_config: {aws: {s3: 's3://eu-central-1/older'}}
            """);

    assertThat(config.common().storage().s3().bucketnames()).isEqualTo("newer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          common: {storage: {filesystem: {chunks_directory: /c}, s3: {bucketnames: b}}} -> remove common.storage.filesystem.chunks_directory or common.storage.s3
          {common: {storage: {filesystem: {chunks_directory: /c}}}, storage_config: {aws: {s3: 's3://eu/b'}}} -> remove common.storage.filesystem.chunks_directory or storage_config.aws
          {common: {storage: {s3: {bucketnames: b}}}, storage_config: {filesystem: {directory: /c}}} -> remove storage_config.filesystem.directory or common.storage.s3
          storage_config: {filesystem: {directory: /c}, aws: {s3: 's3://eu/b'}} -> remove storage_config.filesystem.directory or storage_config.aws
          """)
  void load_folderAndBucket_isAnErrorThatNamesBoth(String yaml, String message) {
    assertThatThrownBy(() -> load(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("a.yaml: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          {bucketnames: 'a,b'} -> bucketnames must be one bucket
          {bucketnames: b, signature_version: v2} -> signature_version must be v4
          {bucketnames: b, access_key_id: k} -> access_key_id and secret_access_key must be set together
          {bucketnames: b, session_token: t} -> session_token needs access_key_id
          {bucketnames: b, sse: {type: AES}} -> sse.type must be SSE-S3, SSE-KMS or empty: AES
          {bucketnames: b, sse: {type: SSE-KMS}} -> sse.type SSE-KMS needs sse.kms_key_id
          {bucketnames: b, sse: {kms_key_id: k}} -> need sse.type SSE-KMS
          {bucketnames: b, part_size: 1MB} -> part_size must be from 5MB to 512MB
          {bucketnames: b, max_connections: 0} -> max_connections must be positive
          {bucketnames: b, call_timeout: 0} -> call_timeout must be positive
          {bucketnames: b, object_prefix: ../x} -> object_prefix must be words
          {bucketnames: b, backoff_config: {max_period: 1ms}} -> backoff_config.max_period must not be below
          {bucketnames: b, backoff_config: {max_retries: -1}} -> backoff_config.max_retries must not be negative
          {bucketnames: b, http_config: {timeout: 0}} -> http_config.timeout must be positive
          {bucketnames: b, http_config: {insecure_skip_verify: true, ca_file: /c}} -> http_config.ca_file has no effect
          {endpoint: 'minio:9000'} -> common.storage.s3: no bucket is named: set bucketnames
          {bucketnames: a/b} -> common.storage.s3: bucketnames is no name of a bucket
          {bucketnames: bbb, endpoint: 'http://h/path'} -> common.storage.s3: endpoint must be host
          {s3: 'http://k:hidden@h/b'} -> common.storage.s3: s3 must be like s3://
          {s3: 's3://k:hidden@h h/b'} -> common.storage.s3: s3 must be like s3://
          """)
  void load_mistake_isToldWithoutASecret(String s3, String message) {
    assertThatThrownBy(() -> load("common: {storage: {s3: " + s3 + "}}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("hidden");
  }

  @ParameterizedTest
  @CsvSource({"common.storage.gcs", "storage_config.azure", "storage_config.swift"})
  void load_otherStore_isRefused(String key) {
    assertThatThrownBy(() -> SkaldConfig.load("a.yaml", "", Map.of(key + ".bucket_name", "b")))
        .hasMessageContaining(key + "' is refused")
        .hasMessageContaining("set common.storage.filesystem or common.storage.s3");
  }
}
