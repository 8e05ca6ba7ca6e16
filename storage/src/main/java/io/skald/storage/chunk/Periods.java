package io.skald.storage.chunk;

import org.jspecify.annotations.Nullable;

/**
 * A period of which the distances of entries from the first are multiples, with some jitter.
 *
 * @param period in units of 2^-16 ns
 * @param counts for each distance, how many periods; ascending
 */
record Periods(long period, long[] counts) {
  static final int FRACTION_BITS = 16;

  /** With the fraction still far from an overflow; about 19 hours. */
  private static final long MAX_SPAN = 1L << 46;

  /** A gap may be this far from a multiple, as a part of the period. */
  private static final int TOLERANCE = 4;

  /** The least gap may be this many periods. */
  private static final int MAX_LEAST_COUNT = 4;

  /** Below this, a saving of bits is not worth the search. */
  private static final long MIN_PERIOD_NANOS = 64;

  /** Returns the start of the period of distance {@code index}, in ns from the first entry. */
  long start(int index) {
    return counts[index] * period >>> FRACTION_BITS;
  }

  /**
   * Looks for a period, starting from the least gap and refining it with ever longer ones, so that
   * the error stays below half a period when they are counted. Fails fast on gaps without one.
   *
   * @param distances ascending, not negative
   * @param sortedGaps the gaps between the distances, ascending
   */
  static @Nullable Periods find(long[] distances, long[] sortedGaps) {
    long span = distances[distances.length - 1];
    if (span > MAX_SPAN) {
      return null;
    }
    for (int leastCount = 1; leastCount <= MAX_LEAST_COUNT; leastCount++) {
      double period = refine(sortedGaps, sortedGaps[0] / (double) leastCount);
      if (period > MIN_PERIOD_NANOS) {
        return count(distances, period);
      }
    }
    return null;
  }

  /** Returns the mean period, or 0 if some gap is no multiple. */
  private static double refine(long[] sortedGaps, double guess) {
    double period = guess;
    double nanos = 0;
    double periods = 0;
    for (long gap : sortedGaps) {
      if (period < MIN_PERIOD_NANOS) {
        return 0;
      }
      double count = Math.rint(gap / period);
      if (Math.abs(gap - count * period) > period / TOLERANCE) {
        return 0;
      }
      nanos += gap;
      periods += count;
      if (periods > 0) {
        period = nanos / periods;
      }
    }
    return period;
  }

  /** Counts periods gap by gap, then fits the line through all distances by least squares. */
  private static @Nullable Periods count(long[] distances, double guess) {
    int size = distances.length;
    long[] counts = new long[size];
    long before = 0;
    long count = 0;
    double sumCount = 0;
    double sumDistance = 0;
    for (int i = 0; i < size; i++) {
      count += (long) Math.rint((distances[i] - before) / guess);
      before = distances[i];
      counts[i] = count;
      sumCount += count;
      sumDistance += distances[i];
    }
    double product = 0;
    double square = 0;
    for (int i = 0; i < size; i++) {
      double c = counts[i] - sumCount / size;
      product += c * (distances[i] - sumDistance / size);
      square += c * c;
    }
    long period = Math.round((square == 0 ? guess : product / square) * (1 << FRACTION_BITS));
    return period <= 0 || count == 0 ? null : new Periods(period, counts);
  }
}
