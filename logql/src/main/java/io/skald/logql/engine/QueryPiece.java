package io.skald.logql.engine;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.StreamShard;
import java.util.List;

/**
 * A part of a query that can be evaluated by itself: the entries of a range of time, of some of the
 * streams. What the pieces of a query yield is merged into what the whole would have yielded.
 *
 * @param request a log query, or one range aggregation, alone or with the aggregation around it
 *     that is evaluated in the same pass, and the steps of the query that it is part of
 * @param fromNanos first timestamp of its entries
 * @param throughNanos last one, inclusive
 * @param shard of each tenant's streams
 * @param maxSeries the most series that it may find; 0 is no limit
 */
public record QueryPiece(
    QueryRequest request, long fromNanos, long throughNanos, StreamShard shard, int maxSeries) {
  /**
   * Returns the selector of the streams of a range aggregation.
   *
   * @throws IllegalArgumentException if this is none
   */
  public List<LabelMatcher> selector() {
    return RangePlan.ofWhole(request.expression()).range().log().selector();
  }

  /** Returns a part of this one. */
  public QueryPiece part(long from, long through, StreamShard of) {
    return new QueryPiece(request, from, through, of, maxSeries);
  }
}
