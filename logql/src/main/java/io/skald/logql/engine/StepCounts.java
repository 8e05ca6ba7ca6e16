package io.skald.logql.engine;

import java.util.Arrays;

/**
 * Whole numbers per step, added to ranges of steps in constant time: an amount is added at the
 * first step and taken away behind the last one; reading sums up from the left. Takes memory for
 * the steps between the lowest and the highest that were touched.
 */
final class StepCounts {
  private final MemoryBudget budget;
  private final boolean disjoint;

  /** Cell i is for step {@code base + i}; differences, or amounts when windows are disjoint. */
  private long[] cells = {};

  private int base;

  StepCounts(boolean disjoint, MemoryBudget budget) {
    this.disjoint = disjoint;
    this.budget = budget;
  }

  /** Adds {@code amount} to each step in {@code [firstStep, lastStep]}. */
  void add(int firstStep, int lastStep, long amount) {
    if (disjoint) {
      reserve(firstStep, firstStep);
      cells[firstStep - base] += amount;
    } else {
      reserve(firstStep, lastStep + 1);
      cells[firstStep - base] += amount;
      cells[lastStep + 1 - base] -= amount;
    }
  }

  void merge(StepCounts other) {
    if (other.cells.length > 0) {
      reserve(other.base, other.base + other.cells.length - 1);
      for (int i = 0; i < other.cells.length; i++) {
        cells[other.base + i - base] += other.cells[i];
      }
    }
  }

  long heldBytes() {
    return 8L * cells.length;
  }

  void write(AnswerWriter out) {
    out.count(base);
    out.count(cells.length);
    for (long cell : cells) {
      out.signed(cell);
    }
  }

  /** Fills these counts, which are new. */
  void read(AnswerReader in) {
    int from = in.index();
    int count = in.size(1);
    if (count > 0) {
      reserve(from, Math.addExact(from, count - 1));
    }
    for (int i = 0; i < count; i++) {
      cells[i] = in.signed();
    }
  }

  /** Returns the amounts of all steps. */
  long[] amounts(int steps) {
    long[] amounts = new long[steps];
    long sum = 0;
    int end = Math.min(steps, base + cells.length);
    for (int step = base; step < end; step++) {
      long cell = cells[step - base];
      sum = disjoint ? cell : sum + cell;
      amounts[step] = sum;
    }
    if (!disjoint && sum != 0) {
      Arrays.fill(amounts, end, steps, sum);
    }
    return amounts;
  }

  private void reserve(int from, int to) {
    if (cells.length == 0) {
      base = from;
      grow(from, to + 1);
    } else if (from < base || to >= base + cells.length) {
      // Doubling towards the side that grows keeps the cost per added step constant.
      int length = cells.length;
      int start = from < base ? Math.max(0, Math.min(from, base - length)) : base;
      int end = to >= base + length ? Math.max(to + 1, base + 2 * length) : base + length;
      grow(start, end);
    }
  }

  private void grow(int start, int end) {
    budget.take(8L * (end - start - cells.length));
    long[] grown = new long[end - start];
    System.arraycopy(cells, 0, grown, base - start, cells.length);
    cells = grown;
    base = start;
  }
}
