package io.skald.common.limits;

/**
 * How much a tenant may send.
 *
 * @param ingestionRateMb accepted line and metadata bytes a second, MiB
 * @param ingestionBurstSizeMb how much may come at once, MiB
 * @param perStreamRateLimit accepted bytes a second of one stream
 * @param perStreamRateLimitBurst how much of one stream may come at once
 * @param maxGlobalStreamsPerUser active streams
 */
public record IngestionLimits(
    double ingestionRateMb,
    double ingestionBurstSizeMb,
    long perStreamRateLimit,
    long perStreamRateLimitBurst,
    int maxGlobalStreamsPerUser) {
  static final IngestionLimits DEFAULTS = new IngestionLimits(4, 6, 3 << 20, 15 << 20, 5000);

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
  }
}
