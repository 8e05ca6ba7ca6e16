package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Makes the streams of {@link SplitText} as writers of version 1 did. Belongs to one thread. */
final class SplitTextEncoder {
  private static final int MIN_ID_LENGTH = 16;

  private static final byte DIGIT = 1;
  private static final byte HEX_LETTER = 2;
  private static final byte OTHER_LETTER = 4;
  private static final int WORD = DIGIT | HEX_LETTER | OTHER_LETTER;

  private static final byte[] KINDS = kinds();

  private static final long EVERY_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] text = new byte[SplitText.LEAD];
  private byte[] ids = new byte[0];
  private byte[] numbers = new byte[0];
  private int textEnd;
  private int idsLength;
  private int numbersLength;

  /** Where the numbers lie in the raw text, and the column of each. */
  private int[] starts = new int[1024];

  private int[] ends = new int[1024];
  private byte[] columns = new byte[1024];
  private int count;

  private final int[] columnBytes = new int[SplitText.COLUMNS];
  private final int[] columnWidths = new int[SplitText.COLUMNS];
  private final int[] columnCounts = new int[SplitText.COLUMNS];
  private final SectionWriter table = new SectionWriter();

  private static byte[] kinds() {
    byte[] kinds = new byte[256];
    for (int c = 0; c < 26; c++) {
      kinds['a' + c] = c < 6 ? HEX_LETTER : OTHER_LETTER;
      kinds['A' + c] = OTHER_LETTER;
    }
    for (int c = '0'; c <= '9'; c++) {
      kinds[c] = DIGIT;
    }
    return kinds;
  }

  /** Returns the text stream behind {@link #LEAD} zeros. */
  byte[] text() {
    return text;
  }

  int textLength() {
    return textEnd - SplitText.LEAD;
  }

  byte[] numbers() {
    return numbers;
  }

  int numbersLength() {
    return numbersLength;
  }

  byte[] ids() {
    return ids;
  }

  int idsLength() {
    return idsLength;
  }

  /** Fills the streams from {@code raw[from, to)}; returns false if that holds a marker byte. */
  boolean encode(byte[] raw, int from, int to) {
    if (text.length < SplitText.LEAD + to - from + Long.BYTES) {
      text = new byte[SplitText.LEAD + to - from + Long.BYTES];
      ids = new byte[to - from];
    }
    count = 0;
    idsLength = 0;
    byte[] text = this.text;
    int out = SplitText.LEAD;
    long context = 0;
    int checked = from; // numbers before this are known not to be part of an id
    int i = from;
    while (i < to) {
      // Copy up to the next digit, a word at a time.
      long word = word(raw, i, to);
      LONG.set(text, out, word);
      int plain = Math.min(firstByte(between(word, '0', '9') | between(word, 1, 3)), to - i);
      context = append(context, word, plain);
      i += plain;
      out += plain;
      if (plain == Long.BYTES || i == to) {
        continue;
      }
      if (raw[i] <= SplitText.ID) {
        return false;
      }
      int end = endOfNumber(raw, i, to);
      if (i >= checked && isWordAround(raw, from, i, end, to)) {
        int tokenEnd = endOfToken(raw, end, to);
        int start = startOfToken(raw, from, i);
        checked = tokenEnd;
        if (isId(raw, start, tokenEnd)) {
          out -= i - start;
          byte marker = tokenEnd - start == 32 ? SplitText.ID_32 : SplitText.ID;
          packId(raw, start, tokenEnd - start);
          text[out++] = marker;
          context = (long) LONG.get(text, out - Long.BYTES);
          i = tokenEnd;
          continue;
        }
      }
      addNumber(i, end, SplitText.column(context));
      text[out++] = SplitText.NUMBER;
      context = append(context, SplitText.NUMBER, 1);
      i = end;
    }
    textEnd = out;
    gatherNumbers(raw);
    return true;
  }

  /** Returns eight bytes of {@code raw}, zero from {@code to} on. */
  private static long word(byte[] raw, int at, int to) {
    if (at + Long.BYTES <= raw.length) {
      return (long) LONG.get(raw, at);
    }
    long word = 0;
    for (int i = Math.min(to, raw.length) - 1; i >= at; i--) {
      word = word << Byte.SIZE | raw[i] & 0xFF;
    }
    return word;
  }

  /**
   * Returns a word with the high bit set in exactly the bytes that were {@code low} to {@code high}
   * ("Bit Twiddling Hacks", hasbetween; no carry crosses a byte).
   */
  private static long between(long word, int low, int high) {
    long sevenBits = word & ~HIGH_BITS;
    return (EVERY_BYTE * (128 + high) - sevenBits)
        & ~word
        & (sevenBits + EVERY_BYTE * (128 - low))
        & HIGH_BITS;
  }

  /** Returns the index of the first byte that is marked in its high bit, or 8. */
  private static int firstByte(long marks) {
    return Long.numberOfTrailingZeros(marks) >>> 3;
  }

  /** Returns the last eight bytes of a text after {@code count} more from {@code word}. */
  private static long append(long context, long word, int count) {
    // Two shifts each, since a shift by 64 does nothing.
    int half = 4 * count;
    return context >>> half >>> half | word << (32 - half) << (32 - half);
  }

  private static int endOfNumber(byte[] raw, int from, int to) {
    int end = from;
    int digits;
    do {
      long word = word(raw, end, to);
      digits = firstByte(~between(word, '0', '9') & HIGH_BITS);
      end += digits;
    } while (digits == Long.BYTES && end < to);
    return Math.min(end, to);
  }

  /** Returns whether a number touches letters, and so may be part of an id. */
  private static boolean isWordAround(byte[] raw, int from, int start, int end, int to) {
    return (start > from && (KINDS[raw[start - 1] & 0xFF] & WORD) != 0)
        || (end < to && (KINDS[raw[end] & 0xFF] & WORD) != 0);
  }

  private static int endOfToken(byte[] raw, int from, int to) {
    int end = from;
    while (end < to && (KINDS[raw[end] & 0xFF] & WORD) != 0) {
      end++;
    }
    return end;
  }

  private static int startOfToken(byte[] raw, int from, int at) {
    int start = at;
    while (start > from && (KINDS[raw[start - 1] & 0xFF] & WORD) != 0) {
      start--;
    }
    return start;
  }

  private static boolean isId(byte[] raw, int start, int end) {
    int length = end - start;
    if (length < MIN_ID_LENGTH || (length & 1) != 0) {
      return false;
    }
    int seen = 0;
    for (int i = start; i < end; i++) {
      seen |= KINDS[raw[i] & 0xFF];
    }
    return seen == (DIGIT | HEX_LETTER);
  }

  private void addNumber(int start, int end, int column) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      columns = Arrays.copyOf(columns, 2 * count);
    }
    starts[count] = start;
    ends[count] = end;
    columns[count] = (byte) column;
    count++;
  }

  private void packId(byte[] raw, int from, int length) {
    int at = idsLength;
    int rest = length / 2;
    if (length != 32) {
      while (rest >= 0x80) {
        ids[at++] = (byte) (rest | 0x80);
        rest >>>= 7;
      }
      ids[at++] = (byte) rest;
    }
    for (int i = from; i < from + length; i += 2) {
      ids[at++] = (byte) (nibble(raw[i]) << 4 | nibble(raw[i + 1]));
    }
    idsLength = at;
  }

  /** Returns the value of a digit {@code [0-9a-f]}: letters are 0x61 and up. */
  private static int nibble(byte c) {
    return (c & 0xF) + (c >>> 6) * 9;
  }

  /** Writes the table and the columns: a counting sort of the numbers by column. */
  private void gatherNumbers(byte[] raw) {
    measureColumns();
    writeTable();
    int[] at = new int[SplitText.COLUMNS];
    int length = table.size();
    for (int column = 0; column < SplitText.COLUMNS; column++) {
      at[column] = length;
      length += columnBytes[column];
    }
    if (numbers.length < length) {
      numbers = new byte[length + length / 4];
    }
    table.copyTo(numbers, 0);
    for (int i = 0; i < count; i++) {
      int column = columns[i] & 0xFF;
      int out = at[column];
      for (int k = starts[i]; k < ends[i]; k++) {
        numbers[out++] = raw[k];
      }
      if (columnWidths[column] == 0) {
        numbers[out++] = SplitText.NUMBER_END;
      }
      at[column] = out;
    }
    numbersLength = length;
  }

  private void measureColumns() {
    Arrays.fill(columnBytes, 0);
    Arrays.fill(columnWidths, 0);
    Arrays.fill(columnCounts, 0);
    for (int i = 0; i < count; i++) {
      int column = columns[i] & 0xFF;
      int length = ends[i] - starts[i];
      if (columnCounts[column]++ == 0) {
        columnWidths[column] = length;
      } else if (columnWidths[column] != length) {
        columnWidths[column] = 0; // stays, since no number has no digits
      }
      columnBytes[column] += length;
    }
    for (int column = 0; column < SplitText.COLUMNS; column++) {
      if (columnWidths[column] == 0) {
        columnBytes[column] += columnCounts[column];
      }
    }
  }

  private void writeTable() {
    int used = 0;
    for (int bytes : columnBytes) {
      used += bytes > 0 ? 1 : 0;
    }
    table.clear().writeVarLong(used);
    int last = -1;
    for (int column = 0; column < SplitText.COLUMNS; column++) {
      if (columnBytes[column] > 0) {
        table.writeVarLong(column - last - 1);
        table.writeVarLong(columnWidths[column]).writeVarLong(columnBytes[column]);
        last = column;
      }
    }
  }
}
