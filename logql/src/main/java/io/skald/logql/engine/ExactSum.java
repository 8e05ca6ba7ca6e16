package io.skald.logql.engine;

import java.util.Arrays;

/**
 * A sum of doubles without rounding, so that the order of addition does not matter and subtracting
 * restores what was before.
 *
 * <p>The sum is kept as non-overlapping doubles of ascending magnitude: grow-expansion of J. R.
 * Shewchuk, "Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates",
 * 1997, with zero elimination. Finite addends only; the caller keeps intermediate sums from
 * overflowing.
 */
final class ExactSum {
  private double[] parts = new double[2];
  private int size;

  void add(double value) {
    double carry = value;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      double part = parts[i];
      double sum = carry + part;
      double error = roundingError(carry, part, sum);
      if (error != 0) {
        parts[kept++] = error;
      }
      carry = sum;
    }
    if (carry != 0) {
      if (kept == parts.length) {
        parts = Arrays.copyOf(parts, 2 * kept);
      }
      parts[kept++] = carry;
    }
    size = kept;
  }

  void add(ExactSum other) {
    for (int i = 0; i < other.size; i++) {
      add(other.parts[i]);
    }
  }

  /** Writes the parts and how many there are. */
  void write(AnswerWriter out) {
    out.count(size);
    for (int i = 0; i < size; i++) {
      out.number(parts[i]);
    }
  }

  void subtract(ExactSum other) {
    for (int i = 0; i < other.size; i++) {
      add(-other.parts[i]);
    }
  }

  /** Returns the double nearest to the sum; ties to even. */
  double value() {
    int top = size;
    if (top == 0) {
      return 0;
    }
    double high = parts[--top];
    double error = 0;
    while (top > 0 && error == 0) {
      double low = parts[--top];
      double sum = high + low;
      error = low - (sum - high);
      high = sum;
    }
    // A tie was rounded to even although smaller parts decide it.
    if (top > 0 && error != 0 && error < 0 == parts[top - 1] < 0) {
      double twice = 2 * error;
      double moved = high + twice;
      if (twice == moved - high) {
        high = moved;
      }
    }
    return high;
  }

  /** Returns {@code (a + b) - sum} exactly, for {@code sum} the rounded sum (Knuth's TwoSum). */
  static double roundingError(double a, double b, double sum) {
    double bRounded = sum - a;
    double aRounded = sum - bRounded;
    return (a - aRounded) + (b - bRounded);
  }
}
