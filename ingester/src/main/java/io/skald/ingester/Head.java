package io.skald.ingester;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a stream that are not sealed, in columns that grow. Guarded by the stream's lock
 * until it is frozen, then immutable.
 *
 * <p>Columns are only appended to, and a column that has to grow is replaced. So a reader that took
 * the arrays and the size under the lock may go on reading without it, and a query copies no lines
 * as long as entries come in order. Equal entries that follow each other are dropped on the way in;
 * once an entry comes out of order, views sort and remove repeats from a copy.
 */
final class Head {
  /** Bounds the columns of a block whose lines are short or empty. */
  static final int MAX_ENTRIES = 1 << 16;

  /** Entries of one timestamp that a new one is compared with before views have to do it. */
  private static final int MAX_COMPARED = 64;

  private static final int MIN_ENTRIES = 16;
  private static final int MIN_LINE_BYTES = 512;
  private static final int BYTES_PER_ENTRY = Long.BYTES + 2 * Integer.BYTES;

  private final int blockSize;
  private long[] timestamps;
  private int[] offsets;
  private byte[] lines;
  private int[] metadataIds;
  private final MetadataTable metadata = new MetadataTable();
  private @Nullable MetadataTable publishedMetadata;
  private long metadataBytes;
  private int size;
  private long minTimestamp = Long.MAX_VALUE;
  private long maxTimestamp = Long.MIN_VALUE;
  private boolean ordered = true;

  /**
   * @param blockSize line bytes that it takes at most, unless one line is longer
   * @param expectedLineBytes how much to make room for at first
   */
  Head(int blockSize, long expectedLineBytes, int expectedEntries) {
    this.blockSize = blockSize;
    int entries = Math.clamp(expectedEntries, MIN_ENTRIES, MAX_ENTRIES);
    timestamps = new long[entries];
    offsets = new int[entries + 1];
    metadataIds = new int[entries];
    lines = new byte[Math.clamp(expectedLineBytes, Math.min(MIN_LINE_BYTES, blockSize), blockSize)];
  }

  int size() {
    return size;
  }

  int lineBytes() {
    return offsets[size];
  }

  long minTimestamp() {
    return minTimestamp;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }

  /** Returns the memory it takes, in bytes. */
  long memoryBytes() {
    return (long) timestamps.length * BYTES_PER_ENTRY + lines.length + metadataBytes;
  }

  boolean overlaps(long fromNanos, long throughNanos) {
    return size > 0 && minTimestamp <= throughNanos && maxTimestamp >= fromNanos;
  }

  /**
   * Appends entries from index {@code from} on until the head is full.
   *
   * @return the index of the first entry that was not taken; more than {@code from} if the head was
   *     empty
   */
  int append(EntryBatch entries, int from, MetadataMapping mapping) {
    byte[] area = entries.area();
    int end = entries.size();
    int at = from;
    int lineEnd = offsets[size];
    for (; at < end && size < MAX_ENTRIES; at++) {
      int length = entries.length(at);
      if (size > 0 && ((long) lineEnd + length > blockSize || metadataBytes > maxMetadataBytes())) {
        break;
      }
      ensureRoom(lineEnd + length);
      long timestamp = entries.timestamp(at);
      int metadataId = metadataId(entries, at, mapping);
      System.arraycopy(area, entries.start(at), lines, lineEnd, length);
      if (size > 0 && timestamp <= maxTimestamp && isRepeated(timestamp, length, metadataId)) {
        continue;
      }
      timestamps[size] = timestamp;
      metadataIds[size] = metadataId;
      size++;
      lineEnd += length;
      offsets[size] = lineEnd;
      minTimestamp = Math.min(minTimestamp, timestamp);
      maxTimestamp = Math.max(maxTimestamp, timestamp);
    }
    return at;
  }

  /** Metadata that differs in every entry must not make a block many times its size. */
  private long maxMetadataBytes() {
    return 4L * blockSize;
  }

  private int metadataId(EntryBatch entries, int index, MetadataMapping mapping) {
    int source = entries.metadataId(index);
    if (source == 0) {
      return 0;
    }
    int before = metadata.size();
    int id = mapping.map(source, metadata);
    if (metadata.size() > before) {
      metadataBytes += MetadataMapping.memoryBytes(metadata.get(id));
    }
    return id;
  }

  /**
   * Returns whether the line that was just copied behind the last one repeats one of its timestamp,
   * and remembers when that can no longer be told from the end of the head alone.
   */
  private boolean isRepeated(long timestamp, int length, int metadataId) {
    if (!ordered || timestamp < maxTimestamp) {
      ordered = false;
      return false;
    }
    int lineStart = offsets[size];
    int stop = Math.max(-1, size - 1 - MAX_COMPARED);
    for (int i = size - 1; i > stop; i--) {
      if (timestamps[i] != timestamp) {
        return false;
      }
      if (metadataIds[i] == metadataId
          && offsets[i + 1] - offsets[i] == length
          && Arrays.equals(lines, offsets[i], offsets[i + 1], lines, lineStart, lineStart + length)) {
        return true;
      }
    }
    ordered = stop < 0;
    return false;
  }

  private void ensureRoom(int lineEnd) {
    if (lineEnd > lines.length) {
      lines = Arrays.copyOf(lines, Math.max(lineEnd, (int) Math.min(2L * lines.length, blockSize)));
    }
    if (size == timestamps.length) {
      int entries = Math.min(2 * size, MAX_ENTRIES);
      timestamps = Arrays.copyOf(timestamps, entries);
      offsets = Arrays.copyOf(offsets, entries + 1);
      metadataIds = Arrays.copyOf(metadataIds, entries);
    }
  }

  /** What a reader needs, taken under the stream's lock; making the view needs no lock. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Snapshot(
      int size,
      long[] timestamps,
      int[] offsets,
      byte[] lines,
      int[] metadataIds,
      MetadataTable metadata,
      boolean ordered) {
    /** Returns the entries in order and without repeats. */
    BlockView view() {
      if (ordered) {
        return ColumnBlock.of(size, timestamps, offsets, lines, metadataIds, metadata);
      }
      return ColumnBlock.ofArrivals(
          size, timestamps, lines, offsets, lengths(), metadataIds, metadata);
    }

    /** Returns the entries in arrival order. */
    EntryBatch arrivals() {
      EntryBatch.Builder builder = new EntryBatch.Builder(lines, metadata);
      for (int i = 0; i < size; i++) {
        builder.add(timestamps[i], offsets[i], offsets[i + 1] - offsets[i], metadataIds[i]);
      }
      return builder.build();
    }

    private int[] lengths() {
      int[] lengths = new int[size];
      for (int i = 0; i < size; i++) {
        lengths[i] = offsets[i + 1] - offsets[i];
      }
      return lengths;
    }
  }

  /** Returns the entries so far; at least one must be there. */
  Snapshot snapshot() {
    return snapshot(publishedMetadata());
  }

  /** Returns the entries of a head that nothing will be appended to. */
  Snapshot frozen() {
    return snapshot(metadata);
  }

  private Snapshot snapshot(MetadataTable table) {
    return new Snapshot(size, timestamps, offsets, lines, metadataIds, table, ordered);
  }

  /** A table must not be read while sets are added to it: readers get a copy. */
  private MetadataTable publishedMetadata() {
    MetadataTable published = publishedMetadata;
    if (published == null || published.size() != metadata.size()) {
      published = new MetadataTable();
      for (int id = 1; id < metadata.size(); id++) {
        published.intern(metadata.get(id));
      }
      publishedMetadata = published;
    }
    return published;
  }
}
