package io.skald.common.block;

import java.util.Arrays;

/**
 * Entries of one stream in columns, in arrival order. Lines are ranges of one byte area that
 * several batches may share (a push request is decoded once and its streams point into it).
 *
 * <p>Filled by one thread through {@link Builder}, then read-only.
 */
public final class EntryBatch {
  private final byte[] area;
  private final int size;
  private final long[] timestamps;
  private final int[] starts;
  private final int[] lengths;
  private final int[] metadataIds;
  private final MetadataTable metadata;
  private final long lineBytes;

  private EntryBatch(Builder builder) {
    this.area = builder.area;
    this.size = builder.size;
    this.timestamps = builder.timestamps;
    this.starts = builder.starts;
    this.lengths = builder.lengths;
    this.metadataIds = builder.metadataIds;
    this.metadata = builder.metadata;
    this.lineBytes = builder.lineBytes;
  }

  public int size() {
    return size;
  }

  /** Returns nanoseconds since the Unix epoch. */
  public long timestamp(int index) {
    return timestamps[index];
  }

  /** Returns the byte area that {@link #start} points into; do not modify. */
  public byte[] area() {
    return area;
  }

  public int start(int index) {
    return starts[index];
  }

  public int length(int index) {
    return lengths[index];
  }

  /** Returns the id of the entry's set in {@link #metadata()}. */
  public int metadataId(int index) {
    return metadataIds[index];
  }

  public MetadataTable metadata() {
    return metadata;
  }

  /** Returns the sum of all line lengths. */
  public long lineBytes() {
    return lineBytes;
  }

  /** Collects entries that lie in {@code area}. */
  public static final class Builder {
    private final byte[] area;
    private final MetadataTable metadata;
    private int size;
    private long[] timestamps = new long[16];
    private int[] starts = new int[16];
    private int[] lengths = new int[16];
    private int[] metadataIds = new int[16];
    private long lineBytes;

    public Builder(byte[] area, MetadataTable metadata) {
      this.area = area;
      this.metadata = metadata;
    }

    public MetadataTable metadata() {
      return metadata;
    }

    /** Adds the line {@code area[start, start + length)}. */
    public void add(long timestampNanos, int start, int length, int metadataId) {
      if (size == timestamps.length) {
        int capacity = 2 * size;
        timestamps = Arrays.copyOf(timestamps, capacity);
        starts = Arrays.copyOf(starts, capacity);
        lengths = Arrays.copyOf(lengths, capacity);
        metadataIds = Arrays.copyOf(metadataIds, capacity);
      }
      timestamps[size] = timestampNanos;
      starts[size] = start;
      lengths[size] = length;
      metadataIds[size] = metadataId;
      lineBytes += length;
      size++;
    }

    public int size() {
      return size;
    }

    /** Hands the columns over; the builder must not be used afterwards. */
    public EntryBatch build() {
      return new EntryBatch(this);
    }
  }
}
