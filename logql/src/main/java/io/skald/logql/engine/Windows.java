package io.skald.logql.engine;

/**
 * The windows of a range vector over the steps of a query: step k covers {@code (time(k) - offset -
 * range, time(k) - offset]}.
 *
 * <p>The steps whose windows hold a given instant are consecutive. Both the first and the last of
 * them grow with time, so time falls into <i>panes</i>, maximal intervals with the same first and
 * last step; every function is computed from what is known per pane.
 */
final class Windows {
  private final StepGrid grid;
  private final long rangeNanos;
  private final long offsetNanos;

  Windows(StepGrid grid, long rangeNanos, long offsetNanos) {
    this.grid = grid;
    this.rangeNanos = rangeNanos;
    this.offsetNanos = offsetNanos;
  }

  int steps() {
    return grid.count();
  }

  long rangeNanos() {
    return rangeNanos;
  }

  /** Returns the range in seconds, the divisor of rates. */
  double rangeSeconds() {
    return rangeNanos / 1e9;
  }

  /** Returns whether no instant lies in the windows of two steps. */
  boolean disjoint() {
    return grid.count() == 1 || rangeNanos <= grid.stepNanos();
  }

  /** Returns the first instant of the window of {@code step}, inclusive. */
  long windowFrom(int step) {
    return saturatedAdd(windowThrough(step), 1 - rangeNanos);
  }

  /** Returns the last instant of the window of {@code step}, inclusive. */
  long windowThrough(int step) {
    return saturatedAdd(grid.time(step), -offsetNanos);
  }

  /** Returns the first instant of any window, inclusive. */
  long from() {
    return windowFrom(0);
  }

  /** Returns the last instant of any window, inclusive. */
  long through() {
    return windowThrough(grid.count() - 1);
  }

  /** Returns the first step whose window does not end before {@code timestamp}; may be steps(). */
  int firstStep(long timestamp) {
    long after = saturatedAdd(saturatedAdd(timestamp, offsetNanos), -grid.startNanos());
    if (after <= 0) {
      return 0;
    }
    return (int) Math.min((after - 1) / grid.stepNanos() + 1, grid.count());
  }

  /** Returns the last step whose window begins at or before {@code timestamp}; may be -1. */
  int lastStep(long timestamp) {
    long reach = saturatedAdd(saturatedAdd(timestamp, offsetNanos), rangeNanos - 1);
    long after = saturatedAdd(reach, -grid.startNanos());
    if (after < 0) {
      return -1;
    }
    return (int) Math.min(after / grid.stepNanos(), grid.count() - 1);
  }

  /** Returns the last instant (inclusive) of the pane with these first and last steps. */
  long paneEnd(int firstStep, int lastStep) {
    long end = Long.MAX_VALUE;
    if (firstStep < grid.count()) {
      end = windowThrough(firstStep);
    }
    if (lastStep < grid.count() - 1) {
      end = Math.min(end, windowFrom(lastStep + 1) - 1);
    }
    return end;
  }

  static long saturatedAdd(long a, long b) {
    long sum = a + b;
    if (((a ^ sum) & (b ^ sum)) < 0) {
      return a < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
    return sum;
  }
}
