package io.skald.querier.fleet;

import java.time.Duration;

/**
 * When and how queries are shared among queriers.
 *
 * @param minBytes line bytes that a query must read to be divided; 0 divides none
 * @param shareAfter how long whoever is asked works alone: a query that an index makes short costs
 *     least in one place, whatever bytes it is about
 * @param lateAfter how long a piece may be under way elsewhere, at least, before it is evaluated
 *     here as well when there is nothing else to do
 */
public record FleetConfig(long minBytes, Duration shareAfter, Duration lateAfter) {
  /** Of a second of scanning: long enough for a busy processor, short for whoever waits. */
  public static final Duration LATE_AFTER = Duration.ofSeconds(2);

  public FleetConfig {
    if (minBytes < 0) {
      throw new IllegalArgumentException(
          "querier.fan_out_min_bytes must not be negative: " + minBytes);
    }
    if (shareAfter.isNegative()) {
      throw new IllegalArgumentException(
          "querier.fan_out_after must not be negative: " + shareAfter);
    }
    if (!lateAfter.isPositive()) {
      throw new IllegalArgumentException("lateAfter must be positive: " + lateAfter);
    }
  }
}
