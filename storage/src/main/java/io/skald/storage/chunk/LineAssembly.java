package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;
import org.jspecify.annotations.Nullable;

/**
 * Puts lines together, once. Copies words of eight bytes and then advances by as many as counted;
 * what was copied too much is overwritten by the next step or lies in the slack.
 */
final class LineAssembly {
  /** Longer pieces of text are copied in one call. */
  private static final int MAX_WORDWISE = 64;

  /** The most bytes a short value takes. */
  private static final int SHORT_VALUE = Long.BYTES;

  /** What the room that is asked for the last line is too large. */
  private static final int SPARE = 1024;

  /** From so many lines on that are passed over, they are counted by template first. */
  private static final int MANY = 32;

  private static final long NIBBLES = 0x0F0F0F0F0F0F0F0FL;

  private final Section section;
  private final TemplateLines templates;

  /** By template; null if no line of it is wanted. */
  private final @Nullable StoredPart[] parts;

  private final int[] @Nullable [] operations;
  private final int[] @Nullable [] skips;
  private final ColumnSet columns;
  private final @Nullable ValueCursor[] cursors;
  private final int maxBytes;

  /** Lines to pass over, by template; zeros between two uses. */
  private final int[] passing;

  private byte[] out;

  /**
   * @param columns that hold values of the parts
   * @param cursors for these columns
   * @param maxBytes of all lines together
   */
  LineAssembly(
      Section section,
      TemplateLines templates,
      @Nullable StoredPart[] parts,
      ColumnSet columns,
      @Nullable ValueCursor[] cursors,
      int maxBytes) {
    this.section = section;
    this.templates = templates;
    this.parts = parts;
    this.operations = new int[parts.length][];
    this.skips = new int[parts.length][];
    this.columns = columns;
    this.cursors = cursors;
    this.maxBytes = maxBytes;
    this.passing = new int[parts.length];
    this.out = new byte[0];
  }

  LineTemplates.Lines run(int[] entries, int count) {
    int[] ofEntries = templates.ofEntries();
    int[] offsets = new int[count + 1];
    out = new byte[expectedBytes(entries, count)];
    int entry = 0;
    int end = 0;
    for (int i = 0; i < count; i++) {
      pass(ofEntries, entry, entries[i]);
      entry = entries[i] + 1;
      end = write(ofEntries[entries[i]], end);
      if (end > maxBytes) {
        throw section.corrupt("its parts make more than " + maxBytes + " bytes");
      }
      offsets[i + 1] = end;
    }
    return new LineTemplates.Lines(out, offsets);
  }

  /** Returns the bytes of all text, and of all values as if the lines needed them all. */
  private int expectedBytes(int[] entries, int count) {
    int[] ofEntries = templates.ofEntries();
    long bytes = SPARE;
    for (int i = 0; i < count; i++) {
      bytes += part(ofEntries[entries[i]]).textLength();
    }
    for (int column = 0; column < cursors.length; column++) {
      ValueCursor cursor = cursors[column];
      if (cursor != null) {
        bytes += (long) (cursor.end - cursor.at) * (TemplateColumns.isId(column) ? 2 : 1);
      }
    }
    return (int) Math.min(bytes, (long) maxBytes + SPARE);
  }

  /** Returns whether every value of every column that was looked at was used. */
  boolean isUsedUp() {
    for (ValueCursor cursor : cursors) {
      if (cursor != null && !cursor.isUsedUp()) {
        return false;
      }
    }
    return true;
  }

  private StoredPart part(int template) {
    StoredPart part = parts[template];
    if (part == null) {
      throw new IllegalArgumentException("template " + template + " has no part");
    }
    return part;
  }

  /** Passes over the values of the lines {@code [from, to)}. */
  private void pass(int[] ofEntries, int from, int to) {
    if (to - from < MANY) {
      for (int entry = from; entry < to; entry++) {
        for (int column : skips(ofEntries[entry])) {
          skip(column);
        }
      }
      return;
    }
    for (int entry = from; entry < to; entry++) {
      passing[ofEntries[entry]]++;
    }
    for (int template = 0; template < passing.length; template++) {
      int count = passing[template];
      if (count > 0) {
        passing[template] = 0;
        for (int column : skips(template)) {
          skip(column, count);
        }
      }
    }
  }

  private int[] skips(int template) {
    int[] passed = skips[template];
    if (passed == null) {
      passed = templates.template(template).skips(columns);
      skips[template] = passed;
    }
    return passed;
  }

  private void skip(int column, int count) {
    if (!TemplateColumns.isId(column)) {
      cursor(column).skip(count);
      return;
    }
    for (int i = 0; i < count; i++) {
      cursor(column).skipId();
    }
  }

  private void skip(int column) {
    ValueCursor cursor = cursor(column);
    if (TemplateColumns.isId(column)) {
      cursor.skipId();
    } else {
      cursor.skip();
    }
  }

  private ValueCursor cursor(int column) {
    ValueCursor cursor = cursors[column];
    if (cursor == null) {
      throw section.corrupt("column " + column + " has no values");
    }
    return cursor;
  }

  private int write(int template, int at) {
    StoredPart part = part(template);
    int[] program = operations[template];
    if (program == null) {
      program = part.operations(columns);
      operations[template] = program;
    }
    byte[] text = part.text();
    int mostShort = part.textLength() + program.length / StoredPart.STRIDE * SHORT_VALUE;
    reserve(at, mostShort);
    for (int op = 0; op < program.length; op += StoredPart.STRIDE) {
      at = copy(text, program[op], program[op + 1], at);
      int column = program[op + 2];
      if (column >= StoredPart.SKIP) {
        skip(column - StoredPart.SKIP);
      } else if (column >= 0) {
        int after =
            TemplateColumns.isId(column)
                ? writeId(cursor(column), at)
                : writeValue(cursor(column), at);
        if (after - at >= SHORT_VALUE) {
          reserve(after, mostShort);
        }
        at = after;
      }
    }
    return at;
  }

  /** Makes room for as many bytes and what copying by words adds. */
  private void reserve(int at, int bytes) {
    if (out.length - at < bytes + MAX_WORDWISE) {
      grow(at, bytes);
    }
  }

  private void grow(int at, int bytes) {
    byte[] larger = new byte[Math.max(at + bytes + 2 * MAX_WORDWISE, out.length + out.length / 4)];
    System.arraycopy(out, 0, larger, 0, at);
    out = larger;
  }

  private int copy(byte[] text, int from, int length, int at) {
    byte[] out = this.out;
    if (length > MAX_WORDWISE) {
      System.arraycopy(text, from, out, at, length);
      return at + length;
    }
    for (int i = 0; i < length; i += Long.BYTES) {
      Words.LONG.set(out, at + i, (long) Words.LONG.get(text, from + i));
    }
    return at + length;
  }

  private int writeValue(ValueCursor cursor, int at) {
    int from = cursor.at;
    if (from >= cursor.end) {
      throw section.corrupt("a value is missing");
    }
    long word = (long) Words.LONG.get(cursor.bytes, from);
    int width = cursor.width;
    int length = width != 0 ? width : Words.firstByte(Words.equal(word, TemplateColumns.VALUE_END));
    if (length >= SHORT_VALUE) {
      return writeLongValue(cursor, at);
    }
    Words.LONG.set(out, at, word);
    cursor.at = from + length + (width == 0 ? 1 : 0);
    cursor.check();
    return at + length;
  }

  private int writeLongValue(ValueCursor cursor, int at) {
    int from = cursor.at;
    int length = cursor.length();
    cursor.skip();
    reserve(at, length);
    System.arraycopy(cursor.bytes, from, out, at, length);
    return at + length;
  }

  private int writeId(ValueCursor cursor, int at) {
    int length = cursor.readIdLength();
    reserve(at, 2 * length + Long.BYTES);
    byte[] bytes = cursor.bytes;
    int from = cursor.at;
    for (int i = 0; i < length; i += Integer.BYTES) {
      // The bytes behind the column are slack.
      Words.LONG.set(out, at + 2 * i, digits((long) Words.LONG.get(bytes, from + i)));
    }
    cursor.at = from + length;
    return at + 2 * length;
  }

  /** Returns the eight digits of the four low bytes, the high nibble of each first. */
  private static long digits(long packed) {
    long low = Long.expand(packed, NIBBLES);
    long swapped = (low & 0x000F000F000F000FL) << 8 | (low & 0x0F000F000F000F00L) >>> 8;
    // 10 to 15 carry into the next bit when 6 is added, and get the distance from '9' + 1 to 'a'.
    long letters = (swapped + 6 * Words.EVERY_BYTE) >>> 4 & Words.EVERY_BYTE;
    return swapped + '0' * Words.EVERY_BYTE + letters * ('a' - '9' - 1);
  }
}
