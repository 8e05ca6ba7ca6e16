package io.skald.logql.engine;

/**
 * The most series that a metric query may answer with.
 *
 * @param maxSeries 0 is no limit
 */
record SeriesLimit(int maxSeries) {
  /** For series that are aggregated before they reach the answer. */
  static final SeriesLimit NONE = new SeriesLimit(0);

  void check(long series) {
    if (maxSeries > 0 && series > maxSeries) {
      throw new QueryException(
          400,
          "maximum number of series ("
              + maxSeries
              + ") reached for a single query; consider"
              + " reducing query cardinality by adding more specific stream selectors, reducing the"
              + " time range, or aggregating results with functions like sum(), count() or topk()");
    }
  }
}
