package io.skald.logql.engine;

/** The entries of a selection do not fit into memory at a time; parts of them may. */
final class EntriesTooLargeException extends QueryException {
  private static final long serialVersionUID = 1;

  private final long earliestNanos;
  private final long latestNanos;

  /**
   * @param earliestNanos of the entries, as far as it is known
   * @param latestNanos of the same; before the earliest if nothing is known
   */
  EntriesTooLargeException(QueryException why, long earliestNanos, long latestNanos) {
    super(why.status(), String.valueOf(why.getMessage()));
    this.earliestNanos = earliestNanos;
    this.latestNanos = latestNanos;
  }

  /**
   * Returns the last instant of the first of two ranges of time, with about the same of the entries
   * if these are evenly spread.
   *
   * @param fromNanos first instant of the whole range
   * @param throughNanos last one
   * @throws EntriesTooLargeException this, if there is only one
   */
  long cut(long fromNanos, long throughNanos) {
    if (fromNanos >= throughNanos) {
      throw this;
    }
    long first = Math.max(fromNanos, earliestNanos);
    long last = Math.min(throughNanos, latestNanos);
    return first < last ? mean(first, last) : mean(fromNanos, throughNanos);
  }

  /** Returns the mean of any two numbers, rounded down. */
  private static long mean(long a, long b) {
    return (a & b) + ((a ^ b) >> 1);
  }
}
