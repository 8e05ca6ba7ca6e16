package io.skald.logql.engine;

import org.jspecify.annotations.Nullable;

/** Counts entries, or sums up their bytes: count_over_time, rate, bytes_over_time, bytes_rate. */
final class CountState implements SeriesState {
  private final StepCounts entries;

  /** Null when entries are counted. An empty line is an entry of 0 bytes, not none. */
  private final @Nullable StepCounts bytes;

  private final double divisor;

  /**
   * @param divisor what the amount at a step is divided by: 1, or the window in seconds
   */
  CountState(Windows windows, boolean ofBytes, double divisor, MemoryBudget budget) {
    this.entries = new StepCounts(windows.disjoint(), budget);
    this.bytes = ofBytes ? new StepCounts(windows.disjoint(), budget) : null;
    this.divisor = divisor;
  }

  @Override
  public void add(
      int unit, int firstStep, int lastStep, long timestampNanos, int count, double value) {
    entries.add(firstStep, lastStep, count);
    if (bytes != null) {
      bytes.add(firstStep, lastStep, (long) value);
    }
  }

  @Override
  public long heldBytes() {
    return entries.heldBytes() + (bytes == null ? 0 : bytes.heldBytes());
  }

  @Override
  public void merge(SeriesState other) {
    CountState counts = (CountState) other;
    entries.merge(counts.entries);
    if (bytes != null && counts.bytes != null) {
      bytes.merge(counts.bytes);
    }
  }

  @Override
  public void write(AnswerWriter out) {
    entries.write(out);
    if (bytes != null) {
      bytes.write(out);
    }
  }

  @Override
  public void read(AnswerReader in) {
    entries.read(in);
    if (bytes != null) {
      bytes.read(in);
    }
  }

  @Override
  public void finish(StepSeries out, Cancellation cancellation) {
    int steps = out.values().length;
    long[] counted = entries.amounts(steps);
    long[] amounts = bytes == null ? counted : bytes.amounts(steps);
    for (int step = 0; step < steps; step++) {
      if (counted[step] > 0) {
        out.set(step, amounts[step] / divisor);
      }
    }
  }
}
