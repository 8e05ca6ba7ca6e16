package io.skald.logql.engine;

import java.util.Arrays;

/** A range function over the samples of one window. */
@FunctionalInterface
interface WindowFunction {
  /**
   * @param timestamps ascending, nanoseconds
   * @param values parallel to {@code timestamps}; must not be modified
   * @param from first sample of the window
   * @param to behind its last sample; greater than {@code from}
   */
  double apply(long[] timestamps, double[] values, int from, int to);

  static double first(long[] timestamps, double[] values, int from, int to) {
    return values[from];
  }

  static double last(long[] timestamps, double[] values, int from, int to) {
    return values[to - 1];
  }

  /** The population variance, by B. P. Welford's method (Technometrics 4, 1962). */
  static double variance(long[] timestamps, double[] values, int from, int to) {
    double mean = 0;
    double squares = 0;
    for (int i = from; i < to; i++) {
      double delta = values[i] - mean;
      mean += delta / (i - from + 1);
      squares += delta * (values[i] - mean);
    }
    return squares / (to - from);
  }

  static double deviation(long[] timestamps, double[] values, int from, int to) {
    return Math.sqrt(variance(timestamps, values, from, to));
  }

  /** Returns the function that interpolates linearly between the two nearest ranks. */
  static WindowFunction quantile(double fraction) {
    return (timestamps, values, from, to) -> {
      if (fraction > 1) {
        return Double.POSITIVE_INFINITY;
      }
      double[] sorted = Arrays.copyOfRange(values, from, to);
      Arrays.sort(sorted);
      return interpolate(nanFirst(sorted), fraction);
    };
  }

  /** NaN counts as less than everything; {@link Arrays#sort} puts it last. */
  private static double[] nanFirst(double[] sorted) {
    int numbers = sorted.length;
    while (numbers > 0 && Double.isNaN(sorted[numbers - 1])) {
      numbers--;
    }
    int notNumbers = sorted.length - numbers;
    if (notNumbers > 0) {
      System.arraycopy(sorted, 0, sorted, notNumbers, numbers);
      Arrays.fill(sorted, 0, notNumbers, Double.NaN);
    }
    return sorted;
  }

  private static double interpolate(double[] sorted, double fraction) {
    double rank = fraction * (sorted.length - 1);
    int lower = (int) rank;
    int upper = Math.min(lower + 1, sorted.length - 1);
    double weight = rank - lower;
    return sorted[lower] * (1 - weight) + sorted[upper] * weight;
  }

  /**
   * Returns the increase per second of a counter that may have been reset to zero, extrapolated as
   * the recorded server does: it takes the sampled time in microseconds and the window in seconds,
   * which makes the extrapolation negligible.
   */
  static WindowFunction counterRate(double rangeSeconds) {
    return (timestamps, values, from, to) -> {
      int samples = to - from;
      if (samples < 2) {
        return 0;
      }
      double first = values[from];
      double increase = values[to - 1] - first;
      for (int i = from + 1; i < to; i++) {
        if (values[i] < values[i - 1]) {
          increase += values[i - 1];
        }
      }
      double sampled = (timestamps[to - 1] - timestamps[from]) / 1e3;
      double extrapolated = rangeSeconds;
      if (increase > 0 && first >= 0) {
        extrapolated = Math.min(extrapolated, sampled * first / increase);
      }
      double distance = sampled / (samples - 1);
      if (extrapolated >= 1.1 * distance) {
        extrapolated = distance / 2;
      }
      return increase * (sampled + extrapolated) / sampled / rangeSeconds;
    };
  }
}
