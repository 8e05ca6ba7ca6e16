package io.skald.storage.chunk;

import java.util.Arrays;

/** Collects the values of a block and sorts them into columns. Belongs to one thread. */
final class ValueColumns {
  /** Where the values lie in the raw lines, and the column of each. */
  private int[] starts = new int[4096];

  private int[] ends = new int[4096];
  private short[] columns = new short[4096];
  private int count;

  private final int[] sizes = new int[TemplateColumns.COUNT];
  private final int[] widths = new int[TemplateColumns.COUNT];
  private final int[] counts = new int[TemplateColumns.COUNT];
  private final int[] at = new int[TemplateColumns.COUNT];
  private byte[] bytes = new byte[0];

  void clear() {
    count = 0;
  }

  void add(int start, int end, int column) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      columns = Arrays.copyOf(columns, 2 * count);
    }
    starts[count] = start;
    ends[count] = end;
    columns[count] = (short) column;
    count++;
  }

  /** Puts the values of {@code raw} together: a counting sort by column. */
  void gather(byte[] raw) {
    measure();
    int length = 0;
    for (int column = 0; column < TemplateColumns.COUNT; column++) {
      at[column] = length;
      length += sizes[column];
    }
    if (bytes.length < length) {
      bytes = new byte[length + length / 4];
    }
    for (int i = 0; i < count; i++) {
      int column = columns[i];
      if (TemplateColumns.isId(column)) {
        at[column] = packId(raw, starts[i], ends[i], column, at[column]);
      } else {
        at[column] = copy(raw, starts[i], ends[i], widths[column], at[column]);
      }
    }
    for (int column = 0; column < TemplateColumns.COUNT; column++) {
      at[column] -= sizes[column];
    }
  }

  private int copy(byte[] raw, int from, int to, int width, int out) {
    for (int k = from; k < to; k++) {
      bytes[out++] = raw[k];
    }
    if (width == 0) {
      bytes[out++] = TemplateColumns.VALUE_END;
    }
    return out;
  }

  private int packId(byte[] raw, int from, int to, int column, int out) {
    if (column == TemplateColumns.ID) {
      int rest = (to - from) / 2;
      for (; rest >= 0x80; rest >>>= 7) {
        bytes[out++] = (byte) (rest | 0x80);
      }
      bytes[out++] = (byte) rest;
    }
    for (int i = from; i < to; i += 2) {
      bytes[out++] = (byte) (nibble(raw[i]) << 4 | nibble(raw[i + 1]));
    }
    return out;
  }

  /** Returns the value of a digit {@code [0-9a-f]}: letters are 0x61 and up. */
  private static int nibble(byte c) {
    return (c & 0xF) + (c >>> 6) * 9;
  }

  private void measure() {
    Arrays.fill(sizes, 0);
    Arrays.fill(widths, 0);
    Arrays.fill(counts, 0);
    for (int i = 0; i < count; i++) {
      int column = columns[i];
      int length = ends[i] - starts[i];
      if (TemplateColumns.isId(column)) {
        length /= 2;
        sizes[column] += column == TemplateColumns.ID ? lengthOfLeb128(length) : 0;
      }
      if (counts[column]++ == 0) {
        widths[column] = length;
      } else if (widths[column] != length) {
        widths[column] = 0; // stays, since no value is empty
      }
      sizes[column] += length;
    }
    widths[TemplateColumns.ID] = 0;
    for (int column = 0; column < TemplateColumns.ID_32; column++) {
      if (widths[column] == 0) {
        sizes[column] += counts[column];
      }
    }
  }

  private static int lengthOfLeb128(int value) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(value | 1) + 6) / 7;
  }

  /** Returns the columns, one after the other in ascending order. */
  byte[] bytes() {
    return bytes;
  }

  int start(int column) {
    return at[column];
  }

  /** Returns the bytes of a column, 0 if it has no value. */
  int size(int column) {
    return sizes[column];
  }

  /** Returns the bytes of each value, or 0 if they differ. */
  int width(int column) {
    return widths[column];
  }
}
