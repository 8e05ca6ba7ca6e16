package io.skald.common.measure;

import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts durations by size. Thread-safe; counting takes no lock. A component counts with it without
 * knowing how metrics are shown.
 */
public final class DurationHistogram {
  private static final double NANOS_PER_SECOND = 1e9;

  private final long[] boundsNanos;
  private final LongAdder[] counts;
  private final LongAdder sumNanos = new LongAdder();

  /**
   * @param boundsSeconds the inclusive upper bounds of all buckets but the last, ascending
   */
  public DurationHistogram(double... boundsSeconds) {
    boundsNanos = new long[boundsSeconds.length];
    for (int i = 0; i < boundsNanos.length; i++) {
      boundsNanos[i] = Math.round(boundsSeconds[i] * NANOS_PER_SECOND);
      if (i > 0 && boundsNanos[i] <= boundsNanos[i - 1]) {
        throw new IllegalArgumentException("bounds must ascend: " + Arrays.toString(boundsSeconds));
      }
    }
    counts = new LongAdder[boundsNanos.length + 1];
    Arrays.setAll(counts, _ -> new LongAdder());
  }

  public void observe(long nanos) {
    int bucket = 0;
    while (bucket < boundsNanos.length && nanos > boundsNanos[bucket]) {
      bucket++;
    }
    counts[bucket].increment();
    sumNanos.add(nanos);
  }

  /** Returns what was counted; what is counted meanwhile may be in it in part. */
  public Snapshot snapshot() {
    double[] bounds = new double[counts.length];
    long[] numbers = new long[counts.length];
    for (int i = 0; i < counts.length; i++) {
      bounds[i] =
          i < boundsNanos.length ? boundsNanos[i] / NANOS_PER_SECOND : Double.POSITIVE_INFINITY;
      numbers[i] = counts[i].sum();
    }
    return new Snapshot(bounds, numbers, sumNanos.sum() / NANOS_PER_SECOND);
  }

  /**
   * The counts at a moment.
   *
   * @param boundsSeconds inclusive upper bounds; the last is infinite
   * @param counts the durations in each bucket alone, not below its bound
   */
  @SuppressWarnings("ArrayRecordComponent") // made for one reader, never compared
  public record Snapshot(double[] boundsSeconds, long[] counts, double sumSeconds) {}
}
