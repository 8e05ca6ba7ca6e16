package io.skald.logql.engine;

import io.skald.common.block.LogSource;
import io.skald.common.model.LabelMatcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Has parts of one query evaluated by other processes. Confined to the thread of the query. */
public interface QueryFleet {
  /** How a piece may be divided. */
  enum Division {
    /** By time and by stream. */
    FREE,
    /** By time only: of entries with one timestamp it matters which streams they are of. */
    BY_TIME,
    /** The earliest entries are wanted first, and the rest perhaps not at all. */
    EARLIEST_FIRST,
    /** Likewise the latest. */
    LATEST_FIRST
  }

  /** What a piece costs, roughly. */
  enum Effort {
    /** Lines are read. */
    LINES,
    /** Entries are counted, by timestamps and footers. */
    COUNTS
  }

  /**
   * Divides a piece into such as together hold each of its entries once.
   *
   * @param selector of its streams
   * @return fewer than two if that is not worth it. With an order, pieces of a range of time stand
   *     together, and ranges in that order; the first range is one piece
   */
  List<QueryPiece> divide(
      QueryPiece whole, List<LabelMatcher> selector, Division division, Effort effort);

  /** Returns what keeps values of steps; null if nothing does. */
  default @Nullable KeptSteps kept() {
    return null;
  }

  /** Returns the entries of a piece. */
  LogSource entries(QueryPiece piece);

  /**
   * Has every piece evaluated, here or elsewhere, begun in the order given; or until there is
   * enough.
   *
   * @throws QueryException if one has no answer
   */
  void run(List<QueryPiece> pieces, Work work);

  /** What becomes of pieces; called by the thread of the query, once for each piece. */
  interface Work {
    /** Evaluates a piece here. */
    void evaluate(QueryPiece piece);

    /**
     * Takes what {@link QueryEngine#evaluate} gave elsewhere.
     *
     * @throws IllegalArgumentException if it cannot be read; nothing was taken then
     */
    void take(QueryPiece piece, byte[] answer);

    /** Returns whether the pieces that are left can change nothing. */
    boolean isEnough();
  }
}
