package io.skald.storage.pattern;

import java.util.Arrays;

/** The lines of one block that one cluster took, by time bucket. */
final class Tally {
  private static final int FIRST_CAPACITY = 4;
  private static final int OVERHEAD_BYTES = 80;

  final Cluster cluster;
  private long[] buckets = new long[FIRST_CAPACITY];
  private int[] counts = new int[FIRST_CAPACITY];
  private int size;

  Tally(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * @param bucket not before that of the line before
   */
  void add(long bucket) {
    if (size > 0 && buckets[size - 1] == bucket) {
      counts[size - 1]++;
      return;
    }
    if (size == buckets.length) {
      buckets = Arrays.copyOf(buckets, 2 * size);
      counts = Arrays.copyOf(counts, 2 * size);
    }
    buckets[size] = bucket;
    counts[size++] = 1;
  }

  int size() {
    return size;
  }

  long bucket(int index) {
    return buckets[index];
  }

  int count(int index) {
    return counts[index];
  }

  /** Returns the memory, that of a cluster included that lives only for this. */
  long memoryBytes() {
    return OVERHEAD_BYTES
        + (long) buckets.length * (Long.BYTES + Integer.BYTES)
        + (cluster.evicted ? cluster.memoryBytes() : 0);
  }
}
