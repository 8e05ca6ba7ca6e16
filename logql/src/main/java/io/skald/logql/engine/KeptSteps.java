package io.skald.logql.engine;

import io.skald.common.model.LabelMatcher;
import java.util.List;

/**
 * Keeps what range aggregations yield at steps whose entries are old enough not to change often.
 * Confined to the thread of a query.
 */
public interface KeptSteps {
  /** Returns the first timestamp that a piece may read for its values to be kept. */
  long fromNanos();

  /** Returns the last one. */
  long throughNanos();

  /**
   * Has values found or evaluated, of those pieces that can be kept now; the others are not taken.
   *
   * @param pieces each of all streams and of the whole windows of its steps
   * @param selector of their streams
   * @throws QueryException if one has no answer
   */
  void run(List<QueryPiece> pieces, List<LabelMatcher> selector, Work work);

  /** What becomes of pieces; called by the thread of the query. */
  interface Work {
    /** Evaluates a piece here and returns what {@link #take} reads. */
    byte[] evaluate(QueryPiece piece);

    /**
     * Takes values, once for a piece.
     *
     * @throws IllegalArgumentException if they cannot be read; nothing was taken then
     */
    void take(QueryPiece piece, byte[] values);
  }
}
