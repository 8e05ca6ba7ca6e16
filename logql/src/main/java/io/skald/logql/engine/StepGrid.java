package io.skald.logql.engine;

/**
 * The instants a metric query is evaluated at: step k is at {@code startNanos + k * stepNanos}.
 *
 * @param stepNanos at least 1; of no meaning with a single step
 * @param count at least 1
 */
record StepGrid(long startNanos, long stepNanos, int count) {
  /** Far above what the HTTP contract lets through; keeps arrays over steps addressable. */
  private static final long MAX_STEPS = 1_000_000;

  private static final long NANOS_PER_MILLI = 1_000_000;

  static StepGrid of(QueryRequest request) {
    if (request.isInstant()) {
      return new StepGrid(request.startNanos(), 1, 1);
    }
    long span = Math.subtractExact(request.endNanos(), request.startNanos());
    long count = span < 0 ? 0 : span / request.stepNanos() + 1;
    if (count < 1 || count > MAX_STEPS) {
      throw new QueryException(
          400,
          "a range query needs 1 to "
              + MAX_STEPS
              + " steps, not "
              + count
              + "; change its step or its time range");
    }
    return new StepGrid(request.startNanos(), request.stepNanos(), (int) count);
  }

  long time(int step) {
    return startNanos + step * stepNanos;
  }

  long timeMillis(int step) {
    return Math.floorDiv(time(step), NANOS_PER_MILLI);
  }
}
