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
      double[] numbers = new double[to - from];
      int count = 0;
      for (int i = from; i < to; i++) {
        if (!Double.isNaN(values[i])) {
          numbers[count++] = values[i];
        }
      }
      // NaN ranks below everything.
      int notNumbers = to - from - count;
      double rank = fraction * (to - from - 1) - notNumbers;
      return rank < 0
          ? Double.NaN
          : NearestRanks.interpolate(Arrays.copyOf(numbers, count), rank);
    };
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
