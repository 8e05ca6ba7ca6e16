package io.skald.common.limits;

import java.time.Instant;

/**
 * How much a tenant may send.
 *
 * @param ingestionRateMb accepted line and metadata bytes a second, MiB
 * @param ingestionBurstSizeMb how much may come at once, MiB
 * @param ingestionRateStrategy whether the rate holds for all distributors together or for each
 * @param perStreamRateLimit accepted bytes a second of one stream
 * @param perStreamRateLimitBurst how much of one stream may come at once
 * @param maxGlobalStreamsPerUser active streams
 * @param blockIngestionUntil nothing is taken before this time
 * @param blockIngestionStatusCode what a push is answered until then; 200 tells nothing
 */
public record IngestionLimits(
    double ingestionRateMb,
    double ingestionBurstSizeMb,
    RateStrategy ingestionRateStrategy,
    long perStreamRateLimit,
    long perStreamRateLimitBurst,
    int maxGlobalStreamsPerUser,
    Instant blockIngestionUntil,
    int blockIngestionStatusCode) {
  /** Whom a rate holds for. */
  public enum RateStrategy {
    /** Each distributor by itself. */
    LOCAL,
    /** All of them together: each gets its share. */
    GLOBAL
  }

  /** Tells a client that it is an answer of its own, and is still a success to most of them. */
  private static final int BLOCKED = 260;

  static final IngestionLimits DEFAULTS =
      new IngestionLimits(
          4,
          6,
          RateStrategy.GLOBAL,
          3 << 20,
          15 << 20,
          5000,
          Instant.parse("0001-01-01T00:00:00Z"),
          BLOCKED);

  public IngestionLimits {
    Limits.notNegative("ingestion_rate_mb", ingestionRateMb);
    Limits.notNegative("ingestion_burst_size_mb", ingestionBurstSizeMb);
    Limits.notNegative("per_stream_rate_limit", perStreamRateLimit);
    Limits.notNegative("per_stream_rate_limit_burst", perStreamRateLimitBurst);
    Limits.notNegative("max_global_streams_per_user", maxGlobalStreamsPerUser);
    if (ingestionRateMb > 0 && ingestionBurstSizeMb <= 0) {
      throw new IllegalArgumentException(
          "ingestion_burst_size_mb must be positive while ingestion_rate_mb is set");
    }
    if (blockIngestionStatusCode < 200 || blockIngestionStatusCode > 599) {
      throw new IllegalArgumentException(
          "block_ingestion_status_code must be 200 to 599: " + blockIngestionStatusCode);
    }
  }

  /**
   * @param nowNanos since the Unix epoch
   */
  public boolean blocksAt(long nowNanos) {
    return nowNanos / 1_000_000_000L < blockIngestionUntil.getEpochSecond();
  }
}
