package io.skald.common.push;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A push request in columns: streams, their entries, and the pairs of structured metadata of the
 * entries. Everything that has bytes is a range of one {@link #area()}. Nothing is validated yet.
 *
 * <p>Filled by one reader, then read-only. The number of rows is bounded, since a tiny row of a
 * body costs more memory here than there.
 */
public final class DecodedPush {
  private static final int FIRST_STREAMS = 16;
  private static final int FIRST_ENTRIES = 256;
  private static final int FIRST_PAIRS = 16;

  private final int maxRows;
  private byte[] area;

  private int streams;
  private int[] labelStarts = new int[FIRST_STREAMS];
  private int[] labelLengths = new int[FIRST_STREAMS];
  private int[] firstEntries = new int[FIRST_STREAMS + 1];

  private int entries;
  private long[] timestamps = new long[FIRST_ENTRIES];
  private int[] starts = new int[FIRST_ENTRIES];
  private int[] lengths = new int[FIRST_ENTRIES];
  private int[] firstPairs = new int[FIRST_ENTRIES + 1];

  private int pairs;

  /** Name start, name length, value start, value length of each pair. */
  private int[] pairRanges = new int[4 * FIRST_PAIRS];

  private @Nullable DeliveryNote note;

  /**
   * @param maxRows the most streams, entries and pairs together
   */
  DecodedPush(byte[] area, int maxRows) {
    this.area = area;
    this.maxRows = maxRows;
  }

  /** Adds a pair to the entry that {@link #addEntry} will complete. */
  void addPair(int nameStart, int nameLength, int valueStart, int valueLength) {
    checkRows();
    int at = 4 * pairs;
    if (at == pairRanges.length) {
      pairRanges = Arrays.copyOf(pairRanges, 2 * at);
    }
    pairRanges[at] = nameStart;
    pairRanges[at + 1] = nameLength;
    pairRanges[at + 2] = valueStart;
    pairRanges[at + 3] = valueLength;
    pairs++;
  }

  /** Adds an entry to the stream that {@link #addStream} will complete. */
  void addEntry(long timestampNanos, int start, int length) {
    checkRows();
    if (entries == timestamps.length) {
      int capacity = 2 * entries;
      timestamps = Arrays.copyOf(timestamps, capacity);
      starts = Arrays.copyOf(starts, capacity);
      lengths = Arrays.copyOf(lengths, capacity);
      firstPairs = Arrays.copyOf(firstPairs, capacity + 1);
    }
    timestamps[entries] = timestampNanos;
    starts[entries] = start;
    lengths[entries] = length;
    entries++;
    firstPairs[entries] = pairs;
  }

  /** Completes a stream: its entries are those added since the stream before. */
  void addStream(int labelStart, int labelLength) {
    checkRows();
    if (streams == labelStarts.length) {
      int capacity = 2 * streams;
      labelStarts = Arrays.copyOf(labelStarts, capacity);
      labelLengths = Arrays.copyOf(labelLengths, capacity);
      firstEntries = Arrays.copyOf(firstEntries, capacity + 1);
    }
    labelStarts[streams] = labelStart;
    labelLengths[streams] = labelLength;
    streams++;
    firstEntries[streams] = entries;
  }

  private void checkRows() {
    if (streams + entries + pairs >= maxRows) {
      throw new PushDecodeException(
          413,
          "request has more than "
              + maxRows
              + " streams, entries and metadata pairs together; send smaller batches");
    }
  }

  void setNote(DeliveryNote toldBeside) {
    note = toldBeside;
  }

  /** Returns what the sender tells of its files, or null. */
  public @Nullable DeliveryNote note() {
    return note;
  }

  /** Replaces the area by the one that the ranges were made for. */
  void complete(byte[] finalArea) {
    area = finalArea;
  }

  /** Overwrites the end of a line, so that it ends with {@code text} and is that much shorter. */
  public void cutLine(int entry, int length, byte[] text) {
    System.arraycopy(text, 0, area, starts[entry] + length - text.length, text.length);
    lengths[entry] = length;
  }

  /** Returns the bytes that all ranges point into; do not modify. */
  public byte[] area() {
    return area;
  }

  public int streamCount() {
    return streams;
  }

  /** Returns where the label text of a stream starts. */
  public int labelStart(int stream) {
    return labelStarts[stream];
  }

  public int labelLength(int stream) {
    return labelLengths[stream];
  }

  /** Returns the first entry of a stream; the last is before {@code firstEntry(stream + 1)}. */
  public int firstEntry(int stream) {
    return firstEntries[stream];
  }

  public int entryCount() {
    return entries;
  }

  public long timestamp(int entry) {
    return timestamps[entry];
  }

  public int lineStart(int entry) {
    return starts[entry];
  }

  public int lineLength(int entry) {
    return lengths[entry];
  }

  /** Returns the bytes of all lines. */
  public long lineBytes() {
    long sum = 0;
    for (int i = 0; i < entries; i++) {
      sum += lengths[i];
    }
    return sum;
  }

  /** Returns the first metadata pair of an entry; the last is before that of the next entry. */
  public int firstPair(int entry) {
    return firstPairs[entry];
  }

  public int nameStart(int pair) {
    return pairRanges[4 * pair];
  }

  public int nameLength(int pair) {
    return pairRanges[4 * pair + 1];
  }

  public int valueStart(int pair) {
    return pairRanges[4 * pair + 2];
  }

  public int valueLength(int pair) {
    return pairRanges[4 * pair + 3];
  }
}
