package io.skald.common.block;

import org.jspecify.annotations.Nullable;

/**
 * The columns of one block of a stream, read on demand: a caller that asks for no lines causes none
 * to be read or decompressed.
 *
 * <p>Entries are sorted by timestamp; equal timestamps keep arrival order; no entry stands twice.
 * Arrays are shared and must not be modified; they may be longer than needed. Thread-safe.
 *
 * <p>Every method that touches storage may throw {@link StorageException}.
 */
public interface BlockView {
  /** Returns the number of entries, at least 1. */
  int size();

  /** Returns the first timestamp, nanoseconds. */
  long minTimestamp();

  /** Returns the last timestamp (inclusive), nanoseconds. */
  long maxTimestamp();

  /** Returns the sum of all line lengths in bytes, without reading lines. */
  long lineBytes();

  /** Returns the ascending timestamps, {@code [0, size())}. */
  long[] timestamps();

  /**
   * Returns the index of the first entry at or behind {@code timestamp}, {@link #size()} if there
   * is none. Reads no column if that is the first entry of the block.
   */
  default int lowerBound(long timestamp) {
    if (timestamp <= minTimestamp()) {
      return 0;
    }
    long[] timestamps = timestamps();
    int low = 0;
    int high = size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (timestamps[middle] < timestamp) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the index of the first entry behind {@code timestamp}, or {@link #size()}. */
  default int upperBound(long timestamp) {
    return timestamp >= maxTimestamp() ? size() : lowerBound(timestamp + 1);
  }

  /** Returns the line bounds: line i is {@code lines()[offsets[i], offsets[i + 1])}. */
  int[] lineOffsets();

  /** Returns the line bytes, without separators. The expensive column. */
  byte[] lines();

  /** Returns for each entry the id of its set in {@link #metadata()}. */
  int[] metadataIds();

  MetadataTable metadata();

  /** Returns how much the structured metadata counts, see {@link MetadataSize}. */
  default long metadataBytes() {
    return MetadataSize.of(metadataIds(), metadata(), size());
  }

  /**
   * Returns false only if no line of the block contains {@code literal}; true decides nothing.
   * Sound for substrings: bytes, not words.
   */
  boolean mayContain(byte[] literal);

  /**
   * Returns the lines taken apart, or null if the block does not hold them so. Costs less than
   * {@link #lines}.
   */
  default @Nullable LineTemplates templates() {
    return null;
  }

  /** Returns the whole block in its compressed form, or null if it is not kept in one. */
  default @Nullable Sealed sealed() {
    return null;
  }

  /** A block to be sent to somebody who reads it. */
  interface Sealed {
    /** Returns about how long {@link #bytes} is. */
    int sizeBytes();

    byte[] bytes();
  }

  /** Returns what was taken of a {@link ReadRoom} for this block; nothing if it is kept anyway. */
  default long heldBytes() {
    return 0;
  }
}
