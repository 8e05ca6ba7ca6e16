package io.skald.common.block;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;

/** A block whose columns lie in memory, uncompressed: the head of a stream, a test's data. */
public final class ColumnBlock implements BlockView {
  /** Runs of equal timestamps up to this length are compared pair by pair. */
  private static final int SHORT_RUN = 8;

  private final int size;
  private final long[] timestamps;
  private final int[] lineOffsets;
  private final byte[] lines;
  private final int[] metadataIds;
  private final MetadataTable metadata;

  private ColumnBlock(
      int size,
      long[] timestamps,
      int[] lineOffsets,
      byte[] lines,
      int[] metadataIds,
      MetadataTable metadata) {
    if (size < 1) {
      throw new IllegalArgumentException("a block has at least one entry: " + size);
    }
    this.size = size;
    this.timestamps = timestamps;
    this.lineOffsets = lineOffsets;
    this.lines = lines;
    this.metadataIds = metadataIds;
    this.metadata = metadata;
  }

  /**
   * Returns the block of columns in arrival order: sorted by timestamp (stable), each entry once (of
   * equal timestamp, line and metadata the first arrival stays).
   *
   * <p>Arrays are taken over, not copied, when they are in order already; they may be longer than
   * {@code size} and what lies behind may still be appended to, but what lies before must not change.
   *
   * @param lineOffsets {@code size + 1} bounds into {@code lines}, ascending
   */
  public static ColumnBlock of(
      int size,
      long[] timestamps,
      int[] lineOffsets,
      byte[] lines,
      int[] metadataIds,
      MetadataTable metadata) {
    ColumnBlock arrived =
        new ColumnBlock(size, timestamps, lineOffsets, lines, metadataIds, metadata);
    boolean sorted = true;
    boolean strict = true;
    for (int i = 1; i < size; i++) {
      sorted &= timestamps[i - 1] <= timestamps[i];
      strict &= timestamps[i - 1] < timestamps[i];
    }
    if (strict) {
      return arrived;
    }
    ColumnBlock inOrder = sorted ? arrived : arrived.take(arrived.byTimestamp());
    BitSet copies = inOrder.copies();
    if (copies.isEmpty()) {
      return inOrder;
    }
    copies.flip(0, size);
    return inOrder.take(copies.stream().toArray());
  }

  private int[] byTimestamp() {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingLong(i -> timestamps[i]));
    return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
  }

  /** Returns the rows that repeat an earlier row of the same timestamp. */
  private BitSet copies() {
    BitSet copies = new BitSet();
    int start = 0;
    while (start < size) {
      int end = start + 1;
      while (end < size && timestamps[end] == timestamps[start]) {
        end++;
      }
      if (end - start > SHORT_RUN) {
        markCopiesByHash(start, end, copies);
      } else {
        for (int row = start + 1; row < end; row++) {
          for (int other = start; other < row; other++) {
            if (sameEntry(other, row)) {
              copies.set(row);
              break;
            }
          }
        }
      }
      start = end;
    }
    return copies;
  }

  /** Open addressing over the rows of a long run, so that equal timestamps cost no square. */
  private void markCopiesByHash(int start, int end, BitSet copies) {
    int capacity = Integer.highestOneBit((end - start) * 4 - 1);
    int[] rows = new int[capacity];
    for (int row = start; row < end; row++) {
      int hash = metadataIds[row];
      for (int i = lineOffsets[row]; i < lineOffsets[row + 1]; i++) {
        hash = 31 * hash + lines[i];
      }
      int slot = (hash * 0x9E3779B9 >>> 7) & (capacity - 1);
      while (rows[slot] != 0 && !sameEntry(rows[slot] - 1, row)) {
        slot = (slot + 1) & (capacity - 1);
      }
      if (rows[slot] != 0) {
        copies.set(row);
      } else {
        rows[slot] = row + 1;
      }
    }
  }

  private boolean sameEntry(int a, int b) {
    return metadataIds[a] == metadataIds[b]
        && Arrays.equals(
            lines,
            lineOffsets[a],
            lineOffsets[a + 1],
            lines,
            lineOffsets[b],
            lineOffsets[b + 1]);
  }

  /** Returns a copy with only {@code rows}, in that order. */
  private ColumnBlock take(int[] rows) {
    long[] keptTimestamps = new long[rows.length];
    int[] keptOffsets = new int[rows.length + 1];
    int[] keptMetadata = new int[rows.length];
    byte[] keptLines = new byte[lineOffsets[size] - lineOffsets[0]];
    for (int i = 0; i < rows.length; i++) {
      int from = lineOffsets[rows[i]];
      int length = lineOffsets[rows[i] + 1] - from;
      System.arraycopy(lines, from, keptLines, keptOffsets[i], length);
      keptOffsets[i + 1] = keptOffsets[i] + length;
      keptTimestamps[i] = timestamps[rows[i]];
      keptMetadata[i] = metadataIds[rows[i]];
    }
    return new ColumnBlock(
        rows.length, keptTimestamps, keptOffsets, keptLines, keptMetadata, metadata);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public long minTimestamp() {
    return timestamps[0];
  }

  @Override
  public long maxTimestamp() {
    return timestamps[size - 1];
  }

  @Override
  public long lineBytes() {
    return lineOffsets[size] - lineOffsets[0];
  }

  @Override
  public long[] timestamps() {
    return timestamps;
  }

  @Override
  public int[] lineOffsets() {
    return lineOffsets;
  }

  @Override
  public byte[] lines() {
    return lines;
  }

  @Override
  public int[] metadataIds() {
    return metadataIds;
  }

  @Override
  public MetadataTable metadata() {
    return metadata;
  }

  /** Decides nothing: to look is as cheap as to search. */
  @Override
  public boolean mayContain(byte[] literal) {
    return true;
  }
}
