package io.skald.common.block;

import java.util.Arrays;

/**
 * A block whose columns lie in memory: the open part of a stream, or decoded test data.
 *
 * <p>Immutable as long as the arrays it was given are not written to; thread-safe.
 */
public final class ColumnBlock implements BlockView {
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
    this.size = size;
    this.timestamps = timestamps;
    this.lineOffsets = lineOffsets;
    this.lines = lines;
    this.metadataIds = metadataIds;
    this.metadata = metadata;
  }

  /**
   * Returns a block over columns that already have the order of a block; takes the arrays over
   * without a copy.
   *
   * @param size number of entries, at least 1; the arrays may be longer
   * @param timestamps ascending; equal ones in arrival order, without repeated entries
   * @param lineOffsets {@code size + 1} ascending bounds in {@code lines}
   * @throws IllegalArgumentException if a column is too short or timestamps descend
   */
  public static ColumnBlock of(
      int size,
      long[] timestamps,
      int[] lineOffsets,
      byte[] lines,
      int[] metadataIds,
      MetadataTable metadata) {
    if (size < 1
        || timestamps.length < size
        || lineOffsets.length <= size
        || metadataIds.length < size
        || lines.length < lineOffsets[size]) {
      throw new IllegalArgumentException(
          "columns too short for "
              + size
              + " entries: "
              + timestamps.length
              + " timestamps, "
              + lineOffsets.length
              + " offsets, "
              + metadataIds.length
              + " metadata ids, "
              + lines.length
              + " bytes");
    }
    for (int i = 1; i < size; i++) {
      if (timestamps[i] < timestamps[i - 1]) {
        throw new IllegalArgumentException("timestamps descend at entry " + i);
      }
    }
    return new ColumnBlock(size, timestamps, lineOffsets, lines, metadataIds, metadata);
  }

  /**
   * Returns a block of a stream's entries in arrival order: sorted by timestamp (stable), and each
   * repeated (timestamp, line, metadata) once, as it came first. Nothing of {@code batch} is
   * modified; its metadata table is shared.
   *
   * @param batch at least 1 entry
   */
  public static ColumnBlock ofArrivals(EntryBatch batch) {
    int size = batch.size();
    long[] timestamps = new long[size];
    int[] starts = new int[size];
    int[] lengths = new int[size];
    int[] metadataIds = new int[size];
    for (int i = 0; i < size; i++) {
      timestamps[i] = batch.timestamp(i);
      starts[i] = batch.start(i);
      lengths[i] = batch.length(i);
      metadataIds[i] = batch.metadataId(i);
    }
    return ofArrivals(
        size, timestamps, batch.area(), starts, lengths, metadataIds, batch.metadata());
  }

  /**
   * As {@link #ofArrivals(EntryBatch)}, from plain columns: line i is {@code area[starts[i],
   * starts[i] + lengths[i])}. The arrays may be longer than {@code size}, are only read and not
   * kept.
   */
  public static ColumnBlock ofArrivals(
      int size,
      long[] timestamps,
      byte[] area,
      int[] starts,
      int[] lengths,
      int[] metadataIds,
      MetadataTable metadata) {
    if (size < 1) {
      throw new IllegalArgumentException("a block needs an entry");
    }
    int[] order = arrivalOrder(size, timestamps);
    EntryColumns columns = new EntryColumns(area, starts, lengths, metadataIds);
    int kept = 0;
    for (int from = 0; from < size; ) {
      int end = from + 1;
      while (end < size && timestamps[order[end]] == timestamps[order[from]]) {
        end++;
      }
      kept = columns.keepDistinct(order, from, end, kept);
      from = end;
    }
    int lineBytes = 0;
    for (int i = 0; i < kept; i++) {
      lineBytes = Math.addExact(lineBytes, lengths[order[i]]);
    }
    long[] sortedTimestamps = new long[kept];
    int[] offsets = new int[kept + 1];
    int[] sortedIds = new int[kept];
    byte[] lines = new byte[lineBytes];
    for (int i = 0; i < kept; i++) {
      int from = order[i];
      sortedTimestamps[i] = timestamps[from];
      sortedIds[i] = metadataIds[from];
      System.arraycopy(area, starts[from], lines, offsets[i], lengths[from]);
      offsets[i + 1] = offsets[i] + lengths[from];
    }
    return new ColumnBlock(kept, sortedTimestamps, offsets, lines, sortedIds, metadata);
  }

  /** Returns the entries' positions, stably sorted by timestamp; the sorted case costs one pass. */
  private static int[] arrivalOrder(int size, long[] timestamps) {
    int[] order = new int[size];
    boolean ascending = true;
    for (int i = 0; i < size; i++) {
      order[i] = i;
      ascending &= i == 0 || timestamps[i - 1] <= timestamps[i];
    }
    if (!ascending) {
      mergeSort(order, timestamps);
    }
    return order;
  }

  /** A bottom-up merge sort: stable, on primitives. */
  private static void mergeSort(int[] order, long[] timestamps) {
    int size = order.length;
    int[] from = order;
    int[] to = new int[size];
    for (long width = 1; width < size; width *= 2) {
      for (long low = 0; low < size; low += 2 * width) {
        int left = (int) low;
        int middle = (int) Math.min(low + width, size);
        int right = middle;
        int end = (int) Math.min(low + 2 * width, size);
        for (int out = left; out < end; out++) {
          boolean takeLeft =
              left < middle && (right >= end || timestamps[from[left]] <= timestamps[from[right]]);
          to[out] = takeLeft ? from[left++] : from[right++];
        }
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    if (from != order) {
      System.arraycopy(from, 0, order, 0, size);
    }
  }

  /** Compares entries of one timestamp. */
  private record EntryColumns(byte[] area, int[] starts, int[] lengths, int[] metadataIds) {
    /** Runs up to this length are compared pair by pair; longer ones go through a hash table. */
    private static final int PAIRWISE = 8;

    /**
     * Moves the first of each set of equal entries in {@code order[from, end)} to {@code
     * order[kept...]}; {@code kept <= from}.
     *
     * @return the new end of what is kept
     */
    int keepDistinct(int[] order, int from, int end, int kept) {
      if (end - from > PAIRWISE) {
        return keepDistinctHashed(order, from, end, kept);
      }
      int out = kept;
      for (int i = from; i < end; i++) {
        int candidate = order[i];
        int same = kept;
        while (same < out && !equal(order[same], candidate)) {
          same++;
        }
        if (same == out) {
          order[out++] = candidate;
        }
      }
      return out;
    }

    private int keepDistinctHashed(int[] order, int from, int end, int kept) {
      int mask = (Integer.highestOneBit(end - from) << 2) - 1;
      int[] slots = new int[mask + 1]; // entry + 1; 0 is free
      int out = kept;
      for (int i = from; i < end; i++) {
        int candidate = order[i];
        int slot = hash(candidate) & mask;
        while (slots[slot] != 0 && !equal(slots[slot] - 1, candidate)) {
          slot = (slot + 1) & mask;
        }
        if (slots[slot] == 0) {
          slots[slot] = candidate + 1;
          order[out++] = candidate;
        }
      }
      return out;
    }

    private boolean equal(int a, int b) {
      return metadataIds[a] == metadataIds[b]
          && Arrays.equals(
              area, starts[a], starts[a] + lengths[a], area, starts[b], starts[b] + lengths[b]);
    }

    private int hash(int entry) {
      int hash = metadataIds[entry];
      int end = starts[entry] + lengths[entry];
      for (int i = starts[entry]; i < end; i++) {
        hash = 31 * hash + area[i];
      }
      return (hash ^ (hash >>> 15)) * 0x9E3779B1 >>> 1;
    }
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

  /** Returns true: a scan of lines in memory is no dearer than the search that would avoid it. */
  @Override
  public boolean mayContain(byte[] literal) {
    return true;
  }
}
