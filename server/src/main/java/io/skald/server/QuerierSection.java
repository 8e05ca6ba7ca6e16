package io.skald.server;

/**
 * The {@code querier} block.
 *
 * @param maxConcurrent threads that scan blocks, over all queries; 0 takes the number of processors
 * @param maxQueryMemory bytes that one query may hold
 * @param cacheSize bytes of decoded columns and footers that are kept
 * @param multiTenantQueriesEnabled whether a read may name several tenants
 */
public record QuerierSection(
    int maxConcurrent, long maxQueryMemory, long cacheSize, boolean multiTenantQueriesEnabled) {
  static final QuerierSection DEFAULTS = new QuerierSection(0, 128L << 20, 96L << 20, false);

  public QuerierSection {
    if (maxConcurrent < 0) {
      throw new IllegalArgumentException(
          "querier.max_concurrent must not be negative: " + maxConcurrent);
    }
    if (maxQueryMemory < 1 << 20) {
      throw new IllegalArgumentException(
          "querier.max_query_memory must be at least 1MB: " + maxQueryMemory);
    }
    if (cacheSize < 1 << 20) {
      throw new IllegalArgumentException("querier.cache_size must be at least 1MB: " + cacheSize);
    }
  }

  int threads() {
    return maxConcurrent == 0 ? Runtime.getRuntime().availableProcessors() : maxConcurrent;
  }
}
