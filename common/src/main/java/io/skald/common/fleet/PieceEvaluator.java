package io.skald.common.fleet;

import java.util.function.BooleanSupplier;

/** Evaluates pieces of queries that another process leads. Thread-safe. */
public interface PieceEvaluator {
  /**
   * Evaluates a piece and waits for it.
   *
   * @param remainingNanos what is left of the query's time; {@link Long#MAX_VALUE} if it has no end
   * @param gone whether nobody waits for the answer any more
   * @throws PieceFailedException if it has no answer here
   */
  PieceResult evaluate(PieceCall call, long remainingNanos, BooleanSupplier gone);
}
