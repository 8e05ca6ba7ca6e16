package io.skald.server;

/**
 * The {@code query_range} block.
 *
 * @param cacheResults whether values of metric queries are kept
 */
public record QueryRangeSection(boolean cacheResults, ResultsCache resultsCache) {
  static final QueryRangeSection DEFAULTS =
      new QueryRangeSection(false, new ResultsCache(new Cache(new EmbeddedCache(100))));

  /** Where they are kept. */
  public record ResultsCache(Cache cache) {}

  /** There is one kind. */
  public record Cache(EmbeddedCache embeddedCache) {}

  /**
   * In the memory of queriers.
   *
   * @param maxSizeMb MiB that each may take for it
   */
  public record EmbeddedCache(int maxSizeMb) {
    public EmbeddedCache {
      if (maxSizeMb < 1) {
        throw new IllegalArgumentException(
            "query_range.results_cache.cache.embedded_cache.max_size_mb must be at least 1; to keep"
                + " no results set query_range.cache_results to false: "
                + maxSizeMb);
      }
    }
  }

  /** Returns the bytes that results may take. */
  long cacheBytes() {
    return (long) resultsCache.cache.embeddedCache.maxSizeMb << 20;
  }
}
