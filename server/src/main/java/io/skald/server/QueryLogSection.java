package io.skald.server;

import java.time.Duration;

/**
 * The keys of the {@code querier} block about the log of queries.
 *
 * @param logQueries whether finished queries are told at level info
 * @param logQueriesLongerThan only those that took so long, waiting included
 */
public record QueryLogSection(boolean logQueries, Duration logQueriesLongerThan) {
  static final QueryLogSection DEFAULTS = new QueryLogSection(true, Duration.ZERO);

  public QueryLogSection {
    if (logQueriesLongerThan.isNegative()) {
      throw new IllegalArgumentException(
          "querier.log_queries_longer_than must not be negative: " + logQueriesLongerThan);
    }
  }
}
