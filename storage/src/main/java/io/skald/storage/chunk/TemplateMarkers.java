package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;

/** The markers of all templates of a block, in the order of the text. Immutable. */
final class TemplateMarkers {
  private int[] positions = new int[256];
  private short[] columns = new short[256];
  private final int[] firsts;
  private int count;

  /**
   * @param text templates, behind {@link TemplateColumns#LEAD} bytes and before some slack
   * @param starts of the templates, and behind the last one
   */
  TemplateMarkers(byte[] text, int[] starts) {
    this.firsts = new int[starts.length];
    for (int template = 0; template + 1 < starts.length; template++) {
      firsts[template] = count;
      find(text, starts[template], starts[template + 1] - 1);
    }
    firsts[starts.length - 1] = count;
  }

  private void find(byte[] text, int start, int end) {
    for (int at = start; at < end; ) {
      long word = (long) Words.LONG.get(text, at);
      int stop = Words.firstByte(Words.below(word, LineTemplates.LAST_MARKER + 1));
      at += stop;
      if (stop < Long.BYTES && at < end) {
        add(at, TemplateColumns.column(text[at], contextAt(text, start, at)));
        at++;
      }
    }
  }

  /** Returns the eight bytes before a marker, zeros before the start of its template. */
  private static long contextAt(byte[] text, int start, int at) {
    long context = (long) Words.LONG.get(text, at - Long.BYTES);
    int known = at - start;
    if (known >= Long.BYTES) {
      return context;
    }
    return known == 0 ? 0 : context & -1L << (Long.SIZE - 8 * known);
  }

  private void add(int position, int column) {
    if (count == positions.length) {
      positions = Arrays.copyOf(positions, 2 * count);
      columns = Arrays.copyOf(columns, 2 * count);
    }
    positions[count] = position;
    columns[count] = (short) column;
    count++;
  }

  /** Returns the number of the template's first marker; its last is before that of the next. */
  int first(int template) {
    return firsts[template];
  }

  int position(int marker) {
    return positions[marker];
  }

  int column(int marker) {
    return columns[marker];
  }

  int sizeBytes() {
    return 6 * positions.length + Integer.BYTES * firsts.length;
  }
}
