package io.skald.storage.object.s3;

import io.skald.common.config.Secret;
import java.time.Duration;
import java.util.Set;

/**
 * A bucket and how to reach it, with the keys that users of Loki know. Without {@code bucketnames}
 * and {@code s3} there is none.
 *
 * @param s3 {@code s3://key:secret@host/bucket}, where host may be a region of AWS; what the other
 *     keys say wins
 * @param endpoint host, host:port or URL; empty is AWS in the region
 * @param bucketnames one bucket
 * @param region empty takes that of the endpoint, then {@code AWS_REGION}, then {@code us-east-1}
 * @param accessKeyId empty, as the next one, takes the credentials of the environment
 * @param sessionToken for temporary credentials
 * @param insecure http instead of https where the endpoint has no scheme
 * @param s3forcepathstyle the bucket is the first part of the path instead of the host
 * @param signatureVersion only {@code v4}
 * @param objectPrefix stands before the key of every object, like a folder
 * @param partSize larger objects are sent in parts of this size
 * @param maxConnections requests at one time
 * @param callTimeout for one request with all attempts and pauses
 */
public record S3Config(
    Secret s3,
    String endpoint,
    String bucketnames,
    String region,
    String accessKeyId,
    Secret secretAccessKey,
    Secret sessionToken,
    boolean insecure,
    boolean s3forcepathstyle,
    String signatureVersion,
    String storageClass,
    Sse sse,
    HttpConfig httpConfig,
    BackoffConfig backoffConfig,
    String objectPrefix,
    long partSize,
    int maxConnections,
    Duration callTimeout) {
  private static final long MIB = 1 << 20;

  /** S3 takes no smaller parts, but for the last one. */
  private static final long MIN_PART_SIZE = 5 * MIB;

  /** A part is copied as a whole before it is sent. */
  private static final long MAX_PART_SIZE = 512 * MIB;

  public static final S3Config DEFAULTS =
      new S3Config(
          Secret.NONE,
          "",
          "",
          "",
          "",
          Secret.NONE,
          Secret.NONE,
          false,
          false,
          "v4",
          "STANDARD",
          new Sse("", "", ""),
          new HttpConfig(
              Duration.ofMinutes(1), Duration.ofSeconds(90), Duration.ofSeconds(30), false, ""),
          new BackoffConfig(Duration.ofMillis(100), Duration.ofSeconds(3), 5),
          "",
          8 * MIB,
          64,
          Duration.ofMinutes(2));

  public S3Config {
    check(
        signatureVersion.equals("v4"),
        "signature_version must be v4, which every S3 server understands: " + signatureVersion);
    check(!storageClass.isEmpty(), "storage_class must not be empty");
    check(
        accessKeyId.isEmpty() == secretAccessKey.isEmpty(),
        "access_key_id and secret_access_key must be set together");
    check(
        sessionToken.isEmpty() || !accessKeyId.isEmpty(),
        "session_token needs access_key_id and secret_access_key");
    check(
        !bucketnames.contains(","),
        "bucketnames must be one bucket, since objects are not spread over several: "
            + bucketnames);
    check(
        objectPrefix.isEmpty() || objectPrefix.matches("([a-zA-Z0-9_-][a-zA-Z0-9_.-]*(/|$))+"),
        "object_prefix must be words of a-z, A-Z, 0-9, _, . and - with / between: " + objectPrefix);
    check(
        partSize >= MIN_PART_SIZE && partSize <= MAX_PART_SIZE,
        "part_size must be from 5MB to 512MB: " + partSize);
    check(maxConnections > 0, "max_connections must be positive: " + maxConnections);
    check(isPositive(callTimeout), "call_timeout must be positive: " + callTimeout);
  }

  /**
   * Server-side encryption.
   *
   * @param type empty leaves it to the bucket; {@code SSE-S3} or {@code SSE-KMS}
   * @param kmsKeyId for {@code SSE-KMS}
   * @param kmsEncryptionContext a JSON object
   */
  public record Sse(String type, String kmsKeyId, String kmsEncryptionContext) {
    private static final Set<String> TYPES = Set.of("", "SSE-S3", "SSE-KMS");

    public Sse {
      check(TYPES.contains(type), "sse.type must be SSE-S3, SSE-KMS or empty: " + type);
      check(
          type.equals("SSE-KMS") || (kmsKeyId.isEmpty() && kmsEncryptionContext.isEmpty()),
          "sse.kms_key_id and sse.kms_encryption_context need sse.type SSE-KMS");
      check(
          !type.equals("SSE-KMS") || !kmsKeyId.isEmpty(), "sse.type SSE-KMS needs sse.kms_key_id");
    }
  }

  /**
   * @param timeout for one attempt of a request, with its body
   * @param idleConnTimeout after which an unused connection is closed
   * @param responseHeaderTimeout how long the server may be silent
   * @param insecureSkipVerify any certificate of any host is taken
   * @param caFile PEM, authorities to trust instead of the JDK's; empty means these
   */
  public record HttpConfig(
      Duration timeout,
      Duration idleConnTimeout,
      Duration responseHeaderTimeout,
      boolean insecureSkipVerify,
      String caFile) {
    public HttpConfig {
      check(isPositive(timeout), "http_config.timeout must be positive: " + timeout);
      check(
          isPositive(idleConnTimeout),
          "http_config.idle_conn_timeout must be positive: " + idleConnTimeout);
      check(
          isPositive(responseHeaderTimeout),
          "http_config.response_header_timeout must be positive: " + responseHeaderTimeout);
      check(
          !insecureSkipVerify || caFile.isEmpty(),
          "http_config.ca_file has no effect with http_config.insecure_skip_verify; remove one");
    }
  }

  /**
   * @param minPeriod first pause after a failed attempt; it doubles
   * @param maxPeriod longest pause
   * @param maxRetries attempts after the first one
   */
  public record BackoffConfig(Duration minPeriod, Duration maxPeriod, int maxRetries) {
    public BackoffConfig {
      check(isPositive(minPeriod), "backoff_config.min_period must be positive: " + minPeriod);
      check(
          maxPeriod.compareTo(minPeriod) >= 0,
          "backoff_config.max_period must not be below min_period: " + maxPeriod);
      check(maxRetries >= 0, "backoff_config.max_retries must not be negative: " + maxRetries);
    }
  }

  /** Returns whether any of the keys names a bucket or where it is. */
  public boolean isSet() {
    return !s3.isEmpty() || !bucketnames.isEmpty() || !endpoint.isEmpty();
  }

  /**
   * Checks that the keys together say where a bucket is.
   *
   * @throws IllegalArgumentException if not; the message holds no secret
   */
  public void checkAddress() {
    S3Address.of(this, "");
  }

  private static boolean isPositive(Duration duration) {
    return duration.compareTo(Duration.ZERO) > 0;
  }

  private static void check(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(problem);
    }
  }
}
