package io.skald.logql.engine;

import org.jspecify.annotations.Nullable;

/**
 * Exact sums of doubles per step, added to ranges of steps in constant time as in {@link
 * StepCounts}; exactness is what makes taking away safe. Infinities and NaN are counted apart.
 *
 * <p>A cell is {@code high + low + tail}. Two doubles hold nearly all sums that occur; only what
 * rounding loses from {@code low} costs an object.
 */
final class StepSums {
  /** Addends are scaled down by it, so that only the result can overflow. */
  private static final double SCALE = 0x1p-64;

  /** What is counted apart, in the order in which it is written. */
  private static final double[] SPECIALS = {
    Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN
  };

  private static final long CELL_BYTES = 20;
  private static final long TAIL_BYTES = 64;

  private final MemoryBudget budget;
  private final boolean disjoint;
  private double[] high = {};
  private double[] low = {};
  private @Nullable ExactSum[] tails = {};
  private int base;
  private @Nullable StepCounts positiveInfinities;
  private @Nullable StepCounts negativeInfinities;
  private @Nullable StepCounts notNumbers;

  StepSums(boolean disjoint, MemoryBudget budget) {
    this.disjoint = disjoint;
    this.budget = budget;
  }

  /** Adds {@code value} to each step in {@code [firstStep, lastStep]}. */
  void add(int firstStep, int lastStep, double value) {
    if (!Double.isFinite(value)) {
      counterOf(value).add(firstStep, lastStep, 1);
      return;
    }
    double scaled = value * SCALE;
    if (disjoint) {
      reserve(firstStep, firstStep);
      addToCell(firstStep - base, scaled);
    } else {
      reserve(firstStep, lastStep + 1);
      addToCell(firstStep - base, scaled);
      addToCell(lastStep + 1 - base, -scaled);
    }
  }

  private StepCounts counterOf(double value) {
    if (Double.isNaN(value)) {
      notNumbers = orNew(notNumbers);
      return notNumbers;
    }
    if (value > 0) {
      positiveInfinities = orNew(positiveInfinities);
      return positiveInfinities;
    }
    negativeInfinities = orNew(negativeInfinities);
    return negativeInfinities;
  }

  private StepCounts orNew(@Nullable StepCounts counts) {
    return counts == null ? new StepCounts(disjoint, budget) : counts;
  }

  private void addToCell(int cell, double value) {
    double sum = high[cell] + value;
    double error = ExactSum.roundingError(high[cell], value, sum);
    high[cell] = sum;
    if (error != 0) {
      double lowSum = low[cell] + error;
      double lost = ExactSum.roundingError(low[cell], error, lowSum);
      low[cell] = lowSum;
      if (lost != 0) {
        tail(cell).add(lost);
      }
    }
  }

  private ExactSum tail(int cell) {
    ExactSum tail = tails[cell];
    if (tail == null) {
      budget.take(TAIL_BYTES);
      tail = new ExactSum();
      tails[cell] = tail;
    }
    return tail;
  }

  void merge(StepSums other) {
    if (other.high.length > 0) {
      reserve(other.base, other.base + other.high.length - 1);
      for (int i = 0; i < other.high.length; i++) {
        int cell = other.base + i - base;
        addToCell(cell, other.high[i]);
        addToCell(cell, other.low[i]);
        ExactSum tail = other.tails[i];
        if (tail != null) {
          tail(cell).add(tail);
        }
      }
    }
    positiveInfinities = merged(positiveInfinities, other.positiveInfinities);
    negativeInfinities = merged(negativeInfinities, other.negativeInfinities);
    notNumbers = merged(notNumbers, other.notNumbers);
  }

  long heldBytes() {
    long bytes = CELL_BYTES * high.length;
    for (ExactSum tail : tails) {
      bytes += tail == null ? 0 : TAIL_BYTES;
    }
    return bytes + bytes(positiveInfinities) + bytes(negativeInfinities) + bytes(notNumbers);
  }

  private static long bytes(@Nullable StepCounts counts) {
    return counts == null ? 0 : counts.heldBytes();
  }

  void write(AnswerWriter out) {
    out.count(base);
    out.count(high.length);
    for (int i = 0; i < high.length; i++) {
      out.number(high[i]);
      out.number(low[i]);
      ExactSum tail = tails[i];
      if (tail == null) {
        out.count(0);
      } else {
        tail.write(out);
      }
    }
    for (StepCounts specials : specials()) {
      out.count(specials == null ? 0 : 1);
      if (specials != null) {
        specials.write(out);
      }
    }
  }

  private @Nullable StepCounts[] specials() {
    return new @Nullable StepCounts[] {positiveInfinities, negativeInfinities, notNumbers};
  }

  /** Fills these sums, which are new. */
  void read(AnswerReader in) {
    int from = in.index();
    int count = in.size(2 * Double.BYTES + 1);
    if (count > 0) {
      reserve(from, Math.addExact(from, count - 1));
    }
    for (int i = 0; i < count; i++) {
      high[i] = in.number();
      low[i] = in.number();
      int parts = in.size(Double.BYTES);
      for (int part = 0; part < parts; part++) {
        tail(i).add(in.number());
      }
    }
    for (double value : SPECIALS) {
      if (in.count() != 0) {
        counterOf(value).read(in);
      }
    }
  }

  private static @Nullable StepCounts merged(@Nullable StepCounts a, @Nullable StepCounts b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    a.merge(b);
    return a;
  }

  /**
   * Returns the correctly rounded sums of all steps, each divided by {@code divisors[step]} before
   * it is scaled back: a mean does not overflow where the sum would.
   */
  double[] quotients(double[] divisors) {
    int steps = divisors.length;
    double[] result = new double[steps];
    ExactSum sum = new ExactSum();
    for (int step = 0; step < steps; step++) {
      int cell = step - base;
      boolean held = cell >= 0 && cell < high.length;
      if (disjoint) {
        sum = new ExactSum();
      }
      if (held) {
        addCell(sum, cell);
      }
      result[step] = sum.value() / divisors[step] / SCALE;
    }
    addSpecials(result);
    return result;
  }

  private void addCell(ExactSum sum, int cell) {
    sum.add(high[cell]);
    sum.add(low[cell]);
    ExactSum tail = tails[cell];
    if (tail != null) {
      sum.add(tail);
    }
  }

  private void addSpecials(double[] sums) {
    addWhere(sums, positiveInfinities, Double.POSITIVE_INFINITY);
    addWhere(sums, negativeInfinities, Double.NEGATIVE_INFINITY);
    addWhere(sums, notNumbers, Double.NaN);
  }

  private static void addWhere(double[] sums, @Nullable StepCounts counts, double value) {
    if (counts != null) {
      long[] amounts = counts.amounts(sums.length);
      for (int step = 0; step < sums.length; step++) {
        if (amounts[step] > 0) {
          sums[step] += value;
        }
      }
    }
  }

  private void reserve(int from, int to) {
    if (high.length == 0) {
      base = from;
      grow(from, to + 1);
    } else if (from < base || to >= base + high.length) {
      int length = high.length;
      int start = from < base ? Math.max(0, Math.min(from, base - length)) : base;
      int end = to >= base + length ? Math.max(to + 1, base + 2 * length) : base + length;
      grow(start, end);
    }
  }

  private void grow(int start, int end) {
    budget.take(CELL_BYTES * (end - start - high.length));
    int shift = base - start;
    high = moved(high, end - start, shift);
    low = moved(low, end - start, shift);
    @Nullable ExactSum[] grown = new ExactSum[end - start];
    System.arraycopy(tails, 0, grown, shift, tails.length);
    tails = grown;
    base = start;
  }

  private static double[] moved(double[] from, int length, int shift) {
    double[] grown = new double[length];
    System.arraycopy(from, 0, grown, shift, from.length);
    return grown;
  }
}
