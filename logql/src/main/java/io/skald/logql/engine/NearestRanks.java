package io.skald.logql.engine;

import java.util.Arrays;

/**
 * Finds the values at two neighbouring ranks without sorting the rest: C. A. R. Hoare's Find
 * (Communications of the ACM 4, 1961), with sorting as the way out when the pivots are bad.
 */
final class NearestRanks {
  /** Ranges this short are sorted. */
  private static final int SHORT = 32;

  private NearestRanks() {}

  /**
   * Returns the value at {@code fraction} of the ranks of {@code values}, interpolated linearly.
   *
   * @param values at least one, no NaN; reordered
   * @param rank in {@code [0, values.length - 1]}
   */
  static double interpolate(double[] values, double rank) {
    int lower = (int) rank;
    select(values, lower);
    double below = values[lower];
    double weight = rank - lower;
    if (weight == 0) {
      return below; // not NaN beside an infinity
    }
    double above = values[lower + 1];
    for (int i = lower + 2; i < values.length; i++) {
      above = Math.min(above, values[i]);
    }
    return below * (1 - weight) + above * weight;
  }

  /** Puts the value of a rank in its place, lesser ones before it and greater ones behind it. */
  private static void select(double[] values, int rank) {
    int low = 0;
    int high = values.length;
    int badSplits = 0;
    while (high - low > SHORT && badSplits < SHORT) {
      double pivot = median(values[low], values[(low + high) >>> 1], values[high - 1]);
      int i = low - 1;
      int j = high;
      while (true) {
        do {
          i++;
        } while (values[i] < pivot);
        do {
          j--;
        } while (values[j] > pivot);
        if (i >= j) {
          break;
        }
        double swap = values[i];
        values[i] = values[j];
        values[j] = swap;
      }
      // All of [low, j] is at most the pivot, all of (j, high) at least.
      int before = high - low;
      if (rank <= j) {
        high = j + 1;
      } else {
        low = j + 1;
      }
      badSplits += high - low > before - before / 8 ? 1 : 0;
    }
    Arrays.sort(values, low, high);
  }

  private static double median(double a, double b, double c) {
    return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
  }
}
