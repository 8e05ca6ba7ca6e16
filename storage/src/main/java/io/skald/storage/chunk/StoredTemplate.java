package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A template, and where its values are. Independent of the block it was met in, and shared by the
 * blocks that have it: see {@link TemplatePool}.
 */
final class StoredTemplate implements LineTemplates.Template {
  /** What one takes beside what grows with its text. */
  static final int OVERHEAD_BYTES = 512;

  /** What a byte of its text takes, where every seventh is a marker, which takes 18 bytes more. */
  static final int BYTES_PER_BYTE = 4;

  private static final int[] NOTHING = {};

  /** The template behind {@link TemplateColumns#LEAD} zeros and before some slack. */
  private final byte[] text;

  private final int length;

  /** Where the markers stand in {@link #text}, and the columns of their values. */
  private final int[] positions;

  private final short[] columns;
  private final ColumnSet columnSet = new ColumnSet();
  private final StoredPart whole;

  /** The last that was asked for. Equal for all blocks of a query, mostly. */
  private volatile @Nullable Skips lastSkips;

  /** The columns of the values to pass over when these columns are read. */
  private record Skips(ColumnSet read, int[] columns) {}

  /** Copies {@code bytes[start, end)}. */
  StoredTemplate(byte[] bytes, int start, int end) {
    this.length = end - start;
    this.text = new byte[TemplateColumns.LEAD + length + TemplateLines.SLACK];
    System.arraycopy(bytes, start, text, TemplateColumns.LEAD, length);
    int[] found = new int[length];
    int count = 0;
    int textEnd = TemplateColumns.LEAD + length;
    for (int at = TemplateColumns.LEAD; at < textEnd; ) {
      long word = (long) Words.LONG.get(text, at);
      int stop = Words.firstByte(Words.below(word, LineTemplates.LAST_MARKER + 1));
      at += stop;
      if (stop < Long.BYTES && at < textEnd) {
        found[count++] = at++;
      }
    }
    this.positions = Arrays.copyOf(found, count);
    this.columns = new short[count];
    for (int i = 0; i < count; i++) {
      int at = positions[i];
      long context = (long) Words.LONG.get(text, at - Long.BYTES);
      columns[i] = (short) TemplateColumns.column(text[at], context);
      columnSet.add(columns[i]);
    }
    this.whole = new StoredPart(this, new int[] {0, length});
  }

  boolean isEqual(byte[] bytes, int start, int end) {
    return end - start == length
        && Arrays.equals(
            text, TemplateColumns.LEAD, TemplateColumns.LEAD + length, bytes, start, end);
  }

  @Override
  public byte[] bytes() {
    return Arrays.copyOfRange(text, TemplateColumns.LEAD, TemplateColumns.LEAD + length);
  }

  @Override
  public StoredPart part(int[] ranges) {
    return new StoredPart(this, ranges);
  }

  StoredPart whole() {
    return whole;
  }

  byte[] text() {
    return text;
  }

  int markers() {
    return positions.length;
  }

  /** Returns where a marker stands in {@link #text()}. */
  int position(int marker) {
    return positions[marker];
  }

  int column(int marker) {
    return columns[marker];
  }

  ColumnSet columns() {
    return columnSet;
  }

  /** Returns the columns of the values to pass over, in order, when {@code read} are read. */
  int[] skips(ColumnSet read) {
    Skips last = lastSkips;
    if (last == null || !last.read.isSame(read)) {
      last = new Skips(read, findSkips(read));
      lastSkips = last;
    }
    return last.columns;
  }

  private int[] findSkips(ColumnSet read) {
    int[] skips = NOTHING;
    int count = 0;
    for (int i = 0; i < positions.length; i++) {
      if (read.contains(columns[i])) {
        if (count == skips.length) {
          skips = Arrays.copyOf(skips, positions.length);
        }
        skips[count++] = columns[i];
      }
    }
    return Arrays.copyOf(skips, count);
  }
}
