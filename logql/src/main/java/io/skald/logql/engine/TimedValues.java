package io.skald.logql.engine;

import java.util.Arrays;

/** Values in the order of their timestamps. The arrays may be longer than {@code size}. */
record TimedValues(int size, long[] timestamps, double[] values) {
  /**
   * Sorts stably by timestamp, by merging the ascending runs that are there: blocks are sorted, so
   * the runs are few. May reorder the given arrays.
   */
  static TimedValues sorted(int size, long[] timestamps, double[] values) {
    int[] bounds = runBounds(size, timestamps);
    int runs = bounds.length - 1;
    TimedValues from = new TimedValues(size, timestamps, values);
    if (runs <= 1) {
      return from;
    }
    TimedValues to = new TimedValues(size, new long[size], new double[size]);
    while (runs > 1) {
      int merged = 0;
      for (int run = 0; run < runs; run += 2) {
        int low = bounds[run];
        int middle = bounds[Math.min(run + 1, runs)];
        int high = bounds[Math.min(run + 2, runs)];
        from.mergeInto(to, low, middle, high);
        bounds[merged++] = low;
      }
      bounds[merged] = size;
      runs = merged;
      TimedValues swap = from;
      from = to;
      to = swap;
    }
    return from;
  }

  /** Returns the starts of the ascending runs, and {@code size} behind them. */
  private static int[] runBounds(int size, long[] timestamps) {
    int[] bounds = new int[8];
    int runs = 0;
    for (int i = 0; i < size; i++) {
      if (i == 0 || timestamps[i] < timestamps[i - 1]) {
        if (runs + 1 == bounds.length) {
          bounds = Arrays.copyOf(bounds, 2 * bounds.length);
        }
        bounds[runs++] = i;
      }
    }
    bounds[runs] = size;
    return Arrays.copyOf(bounds, runs + 1);
  }

  private void mergeInto(TimedValues to, int low, int middle, int high) {
    int left = low;
    int right = middle;
    for (int out = low; out < high; out++) {
      boolean takeLeft = left < middle && (right >= high || timestamps[left] <= timestamps[right]);
      int from = takeLeft ? left++ : right++;
      to.timestamps[out] = timestamps[from];
      to.values[out] = values[from];
    }
  }
}
