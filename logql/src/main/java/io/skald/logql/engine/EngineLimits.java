package io.skald.logql.engine;

/**
 * What one query may use.
 *
 * @param maxSeries the most distinct series in the answer of a metric query; 0 is no limit
 * @param maxMemoryBytes the most memory a query may hold for series, samples and entries,
 *     approximately
 * @param approxTopk whether {@code approx_topk} may be used
 */
public record EngineLimits(int maxSeries, long maxMemoryBytes, boolean approxTopk) {
  /** Room for ten million buffered samples and some. */
  private static final long DEFAULT_MAX_MEMORY_BYTES = 256L << 20;

  private static final int DEFAULT_MAX_SERIES = 500;

  public EngineLimits {
    if (maxSeries < 0) {
      throw new IllegalArgumentException("max_query_series must not be negative: " + maxSeries);
    }
    if (maxMemoryBytes < 1 << 20) {
      throw new IllegalArgumentException(
          "querier.max_query_memory must be at least 1 MiB: " + maxMemoryBytes);
    }
  }

  public static EngineLimits defaults() {
    return new EngineLimits(DEFAULT_MAX_SERIES, DEFAULT_MAX_MEMORY_BYTES, false);
  }

  public EngineLimits withMaxSeries(int series) {
    return new EngineLimits(series, maxMemoryBytes, approxTopk);
  }
}
