package io.skald.logql.engine;

import java.util.Arrays;

/** Sums up unwrapped values: sum_over_time, rate with unwrap, avg_over_time. */
final class SumState implements SeriesState {
  private final StepCounts entries;
  private final StepSums sums;

  /** What sums are divided by; 0 for the number of entries. */
  private final double divisor;

  private SumState(Windows windows, double divisor, MemoryBudget budget) {
    this.entries = new StepCounts(windows.disjoint(), budget);
    this.sums = new StepSums(windows.disjoint(), budget);
    this.divisor = divisor;
  }

  static SumState sum(Windows windows, MemoryBudget budget) {
    return new SumState(windows, 1, budget);
  }

  static SumState rate(Windows windows, MemoryBudget budget) {
    return new SumState(windows, windows.rangeSeconds(), budget);
  }

  static SumState mean(Windows windows, MemoryBudget budget) {
    return new SumState(windows, 0, budget);
  }

  @Override
  public void add(
      int unit, int firstStep, int lastStep, long timestampNanos, int count, double value) {
    entries.add(firstStep, lastStep, count);
    sums.add(firstStep, lastStep, value);
  }

  @Override
  public long heldBytes() {
    return entries.heldBytes() + sums.heldBytes();
  }

  @Override
  public void merge(SeriesState other) {
    SumState state = (SumState) other;
    entries.merge(state.entries);
    sums.merge(state.sums);
  }

  @Override
  public void write(AnswerWriter out) {
    entries.write(out);
    sums.write(out);
  }

  @Override
  public void read(AnswerReader in) {
    entries.read(in);
    sums.read(in);
  }

  @Override
  public void finish(StepSeries out, Cancellation cancellation) {
    int steps = out.values().length;
    long[] counts = entries.amounts(steps);
    double[] divisors = new double[steps];
    if (divisor == 0) {
      Arrays.setAll(divisors, step -> counts[step]);
    } else {
      Arrays.fill(divisors, divisor);
    }
    double[] values = sums.quotients(divisors);
    for (int step = 0; step < steps; step++) {
      if (counts[step] > 0) {
        out.set(step, values[step]);
      }
    }
  }
}
