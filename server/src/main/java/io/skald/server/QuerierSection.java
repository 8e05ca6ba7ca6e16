package io.skald.server;

import io.skald.common.config.Flat;
import java.time.Duration;

/**
 * The {@code querier} block.
 *
 * @param maxConcurrent threads that work on queries at a time; 0 takes the number of processors
 * @param maxRunningQueries queries that may be under way, see {@link
 *     io.skald.querier.turn.TurnConfig}
 * @param maxOutstandingPerTenant queries of one tenant that may wait; more are refused with 429
 * @param maxQueryMemory bytes that one query may hold
 * @param maxTotalQueryMemory bytes that all queries may hold together; 0 takes a part of the heap
 * @param cacheSize bytes of decoded columns and footers that are kept
 * @param tailMaxDuration after which a tail is ended, for its client to begin anew
 * @param multiTenantQueriesEnabled whether a read may name several tenants
 * @param fanOutMinBytes line bytes that a query must read to be shared among queriers; 0 shares
 *     none
 * @param fanOutAfter how long a query is worked on by the querier that is asked, before others get
 *     a part of it
 * @param log what is told of queries
 */
public record QuerierSection(
    int maxConcurrent,
    int maxRunningQueries,
    int maxOutstandingPerTenant,
    long maxQueryMemory,
    long maxTotalQueryMemory,
    long cacheSize,
    Duration tailMaxDuration,
    boolean multiTenantQueriesEnabled,
    long fanOutMinBytes,
    Duration fanOutAfter,
    @Flat QueryLogSection log) {
  /** The part of the heap that queries take unless they are told otherwise. */
  private static final int HEAP_PERCENT = 35;

  static final QuerierSection DEFAULTS =
      new QuerierSection(
          0,
          16,
          2048,
          128L << 20,
          0,
          96L << 20,
          Duration.ofHours(1),
          false,
          64L << 20,
          Duration.ofMillis(100),
          QueryLogSection.DEFAULTS);

  public QuerierSection {
    if (maxConcurrent < 0) {
      throw new IllegalArgumentException(
          "querier.max_concurrent must not be negative: " + maxConcurrent);
    }
    if (maxRunningQueries < 1) {
      throw new IllegalArgumentException(
          "querier.max_running_queries must be at least 1: " + maxRunningQueries);
    }
    if (maxOutstandingPerTenant < 1) {
      throw new IllegalArgumentException(
          "querier.max_outstanding_per_tenant must be at least 1: " + maxOutstandingPerTenant);
    }
    if (maxQueryMemory < 1 << 20) {
      throw new IllegalArgumentException(
          "querier.max_query_memory must be at least 1MB: " + maxQueryMemory);
    }
    if (maxTotalQueryMemory < 0 || (maxTotalQueryMemory > 0 && maxTotalQueryMemory < 16 << 20)) {
      throw new IllegalArgumentException(
          "querier.max_total_query_memory must be 0 or at least 16MB: " + maxTotalQueryMemory);
    }
    if (tailMaxDuration.isNegative() || tailMaxDuration.isZero()) {
      throw new IllegalArgumentException(
          "querier.tail_max_duration must be positive: " + tailMaxDuration);
    }
    if (fanOutMinBytes < 0) {
      throw new IllegalArgumentException(
          "querier.fan_out_min_bytes must not be negative: " + fanOutMinBytes);
    }
    if (fanOutAfter.isNegative()) {
      throw new IllegalArgumentException(
          "querier.fan_out_after must not be negative: " + fanOutAfter);
    }
    if (cacheSize < 1 << 20) {
      throw new IllegalArgumentException("querier.cache_size must be at least 1MB: " + cacheSize);
    }
  }

  /** Returns what all queries may hold together, in bytes. */
  long totalQueryMemory() {
    return maxTotalQueryMemory == 0
        ? Runtime.getRuntime().maxMemory() / 100 * HEAP_PERCENT
        : maxTotalQueryMemory;
  }

  int threads() {
    return maxConcurrent == 0 ? Runtime.getRuntime().availableProcessors() : maxConcurrent;
  }
}
