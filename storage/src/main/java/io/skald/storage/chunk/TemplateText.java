package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import java.util.Arrays;

/**
 * Takes lines apart into templates and columns of values; see {@link LineTemplates} for what a
 * value is.
 *
 * <p>The values of a log line differ from line to line, the text around them does not: a block has
 * few templates. Each is kept once, and each line is the number of its template and its values. A
 * value goes to the column that the text before it chooses, so that values of one meaning (a
 * status, the minutes of a time) stand side by side, compress well, and are read alone. Ids in
 * hexadecimal are random: packing two digits into a byte is the best one can do.
 *
 * <p>Encoding looks for digits, eight bytes at a time, and looks at the token around a number only
 * if letters touch it: nearly all branches are then taken the same way every time. An instance owns
 * its buffers and belongs to one thread; see {@link TemplateLines} for the way back.
 */
final class TemplateText {
  private static final int TEXT_SLACK = 2 * Long.BYTES;

  /** The first half of the table of templates may be full. */
  private int[] slots = new int[1024];

  private int[] hashes = new int[512];
  private int[] starts = new int[513];
  private int count;
  private byte[] text = new byte[4096];

  /** One line with markers, behind {@link TemplateColumns#LEAD} zeros. */
  private byte[] line = new byte[1024];

  private int[] templates = new int[1024];
  private final ValueColumns values = new ValueColumns();

  int count() {
    return count;
  }

  /** Returns the templates, each with {@link LineTemplates#END} behind it. */
  byte[] text() {
    return text;
  }

  int textLength() {
    return starts[count];
  }

  /** Returns for each line its template. */
  int[] templates() {
    return templates;
  }

  ValueColumns values() {
    return values;
  }

  /** Takes the lines apart; returns false if a line holds a marker byte. */
  boolean encode(byte[] raw, int[] offsets, int size) {
    Arrays.fill(slots, 0);
    count = 0;
    values.clear();
    if (templates.length < size) {
      templates = new int[size];
    }
    for (int i = 0; i < size; i++) {
      int length = encodeLine(raw, offsets[i], offsets[i + 1]);
      if (length < 0) {
        return false;
      }
      templates[i] = template(length);
    }
    return true;
  }

  /** Writes a line with markers to {@link #line} and returns its length there, or -1. */
  private int encodeLine(byte[] raw, int from, int to) {
    int room = TemplateColumns.LEAD + to - from + TEXT_SLACK;
    if (line.length < room) {
      line = new byte[2 * room];
    }
    byte[] line = this.line;
    int out = TemplateColumns.LEAD;
    long context = 0;
    int checked = from; // numbers before this are known not to be part of a token that is a value
    int i = from;
    while (i < to) {
      // Copy up to the next digit, a word at a time.
      long word = Words.get(raw, i, to);
      Words.LONG.set(line, out, word);
      long stops =
          Words.between(word, '0', '9') | Words.between(word, 0, LineTemplates.LAST_MARKER);
      int plain = Math.min(Words.firstByte(stops), to - i);
      context = Words.append(context, word, plain);
      i += plain;
      out += plain;
      if (plain == Long.BYTES || i == to) {
        continue;
      }
      if (raw[i] <= LineTemplates.LAST_MARKER) {
        return -1;
      }
      int end = Tokens.endOfNumber(raw, i, to);
      byte marker = LineTemplates.NUMBER;
      int start = i;
      if (i >= checked && Tokens.isWordAround(raw, from, i, end, to)) {
        int tokenEnd = Tokens.end(raw, end, to);
        int tokenStart = Tokens.start(raw, from, i);
        checked = tokenEnd;
        marker = Tokens.marker(raw, tokenStart, tokenEnd);
        if (marker != LineTemplates.NUMBER) {
          out -= i - tokenStart;
          context = (long) Words.LONG.get(line, out - Long.BYTES);
          start = tokenStart;
          end = tokenEnd;
        }
      }
      values.add(start, end, TemplateColumns.column(marker, context));
      line[out++] = marker;
      context = Words.append(context, marker, 1);
      i = end;
    }
    return out - TemplateColumns.LEAD;
  }

  /** Returns the number of the template in {@link #line}; keeps it if it is new. */
  private int template(int length) {
    int hash = Words.hash(line, TemplateColumns.LEAD, TemplateColumns.LEAD + length);
    int mask = slots.length - 1;
    for (int slot = hash & mask; ; slot = slot + 1 & mask) {
      int number = slots[slot] - 1;
      if (number < 0) {
        slots[slot] = count + 1;
        return keep(length, hash);
      }
      if (hashes[number] == hash
          && Arrays.equals(
              text,
              starts[number],
              starts[number + 1] - 1,
              line,
              TemplateColumns.LEAD,
              TemplateColumns.LEAD + length)) {
        return number;
      }
    }
  }

  private int keep(int length, int hash) {
    if (count == hashes.length) {
      hashes = Arrays.copyOf(hashes, 2 * count);
      starts = Arrays.copyOf(starts, 2 * count + 1);
    }
    int start = starts[count];
    if (text.length < start + length + 1) {
      text = Arrays.copyOf(text, 2 * (start + length + 1));
    }
    System.arraycopy(line, TemplateColumns.LEAD, text, start, length);
    text[start + length] = LineTemplates.END;
    hashes[count] = hash;
    starts[++count] = start + length + 1;
    if (2 * count > slots.length) {
      growSlots();
    }
    return count - 1;
  }

  private void growSlots() {
    slots = new int[2 * slots.length];
    int mask = slots.length - 1;
    for (int number = 0; number < count; number++) {
      int slot = hashes[number] & mask;
      while (slots[slot] != 0) {
        slot = slot + 1 & mask;
      }
      slots[slot] = number + 1;
    }
  }
}
