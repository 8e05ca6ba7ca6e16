package io.skald.common.limits;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a tenant may read.
 *
 * @param maxEntriesLimitPerQuery the largest {@code limit} of a log query
 * @param maxQuerySeries the most series a metric query may yield
 * @param maxQueryLength the longest time range of a query
 * @param maxQueryLookback how far back data can be read
 * @param maxQueryRange the longest range vector
 * @param maxConcurrentTailRequests how many tails of the tenant may be open
 * @param queryTimeout how long a query may take
 * @param requiredLabels label names that every selector must match
 * @param minimumLabelsNumber how many label names every selector must match
 * @param maxQueryBytesRead the most bytes a query may read
 * @param blockedQueries queries that are refused
 * @param maxCacheFreshnessPerQuery age of entries at which results of them may be kept
 * @param shardAggregations functions that are switched on apart, such as {@code approx_topk}
 */
public record QueryLimits(
    int maxEntriesLimitPerQuery,
    int maxQuerySeries,
    Duration maxQueryLength,
    Duration maxQueryLookback,
    Duration maxQueryRange,
    int maxStreamsMatchersPerQuery,
    int maxConcurrentTailRequests,
    Duration queryTimeout,
    List<String> requiredLabels,
    int minimumLabelsNumber,
    long maxQueryBytesRead,
    boolean volumeEnabled,
    int volumeMaxSeries,
    List<BlockedQuery> blockedQueries,
    Duration maxCacheFreshnessPerQuery,
    List<String> shardAggregations) {
  static final QueryLimits DEFAULTS =
      new QueryLimits(
          5000,
          500,
          Duration.ofHours(721),
          Duration.ZERO,
          Duration.ZERO,
          1000,
          10,
          Duration.ofMinutes(1),
          List.of(),
          0,
          0,
          true,
          1000,
          List.of(),
          Duration.ofMinutes(10),
          List.of());

  public QueryLimits {
    requiredLabels = List.copyOf(requiredLabels);
    blockedQueries = List.copyOf(blockedQueries);
    shardAggregations = List.copyOf(shardAggregations);
    Limits.notNegative("max_entries_limit_per_query", maxEntriesLimitPerQuery);
    Limits.notNegative("max_query_series", maxQuerySeries);
    Limits.notNegative("max_streams_matchers_per_query", maxStreamsMatchersPerQuery);
    Limits.notNegative("max_concurrent_tail_requests", maxConcurrentTailRequests);
    Limits.notNegative("minimum_labels_number", minimumLabelsNumber);
    Limits.notNegative("max_query_bytes_read", maxQueryBytesRead);
    Limits.notNegative("volume_max_series", volumeMaxSeries);
  }

  /** Returns of every limit the stricter; 0 sets none. */
  QueryLimits strictest(QueryLimits other) {
    return new QueryLimits(
        (int) stricter(maxEntriesLimitPerQuery, other.maxEntriesLimitPerQuery),
        (int) stricter(maxQuerySeries, other.maxQuerySeries),
        stricter(maxQueryLength, other.maxQueryLength),
        stricter(maxQueryLookback, other.maxQueryLookback),
        stricter(maxQueryRange, other.maxQueryRange),
        (int) stricter(maxStreamsMatchersPerQuery, other.maxStreamsMatchersPerQuery),
        (int) stricter(maxConcurrentTailRequests, other.maxConcurrentTailRequests),
        stricter(queryTimeout, other.queryTimeout),
        Stream.concat(requiredLabels.stream(), other.requiredLabels.stream()).distinct().toList(),
        Math.max(minimumLabelsNumber, other.minimumLabelsNumber),
        stricter(maxQueryBytesRead, other.maxQueryBytesRead),
        volumeEnabled && other.volumeEnabled,
        (int) stricter(volumeMaxSeries, other.volumeMaxSeries),
        Stream.concat(blockedQueries.stream(), other.blockedQueries.stream()).distinct().toList(),
        maxCacheFreshnessPerQuery.compareTo(other.maxCacheFreshnessPerQuery) < 0
            ? other.maxCacheFreshnessPerQuery
            : maxCacheFreshnessPerQuery,
        shardAggregations.stream().filter(other.shardAggregations::contains).toList());
  }

  private static long stricter(long a, long b) {
    return a == 0 || b == 0 ? Math.max(a, b) : Math.min(a, b);
  }

  private static Duration stricter(Duration a, Duration b) {
    return Duration.ofNanos(stricter(a.toNanos(), b.toNanos()));
  }
}
