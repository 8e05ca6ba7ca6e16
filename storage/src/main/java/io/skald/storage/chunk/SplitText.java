package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Splits text into streams that compress better apart: words, numbers, hexadecimal ids.
 *
 * <p>The numbers of a log line differ from line to line and break the repeats around them. Here
 * each becomes one marker byte in the text stream, so that lines of one template are nearly equal
 * there; the digits go to one of {@link #COLUMNS} columns, chosen by the text before the number, so
 * that numbers of one meaning (a status, the minutes of a time) stand side by side. Ids in
 * hexadecimal are random: packing two digits into a byte is the best one can do, and spares the
 * compressor the attempt.
 *
 * <pre>
 *  token  := a longest run of [0-9A-Za-z]
 *  id     := a token of [0-9a-f], at least 16 long, even, with a digit and a letter
 *  number := a longest run of [0-9] in a token that is no id
 *
 *  text    : the bytes, with 01 for a number, 02 for an id of 32 digits, 03 for another id
 *  numbers : table | the columns, in ascending order
 *  table   := used columns LEB128 | per used column: column - the one before - 1, width, bytes
 *             (LEB128 each; the first is counted from -1)
 *  column  := the numbers in order: of equal width if that is above 0, else each followed by 0A
 *  ids     : per id its packed digits, high nibble first; before those of an 03 their length in
 *            bytes as LEB128
 * </pre>
 *
 * The column of a number is the hash of the five bytes before its marker in the text stream, which
 * is taken to start with zeros. Text that contains a marker byte itself cannot be split.
 *
 * <p>Encoding looks for digits, eight bytes at a time, and looks at the token around a number only
 * if letters touch it: nearly all branches are then taken the same way every time. An instance
 * encodes, owns the buffers and belongs to one thread; see {@link SplitTextDecoder} for the way
 * back.
 */
final class SplitText {
  /** A power of two; more separate better but cost more table. */
  static final int COLUMNS = 256;

  /** Zero bytes before the text, so that its first bytes have a context too. */
  static final int LEAD = Long.BYTES;

  static final byte NUMBER = 1;
  static final byte ID_32 = 2;
  static final byte ID = 3;

  static final byte NUMBER_END = '\n';

  private static final int CONTEXT_BYTES = 5;
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

  private byte[] text = new byte[LEAD];
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

  private final int[] columnBytes = new int[COLUMNS];
  private final int[] columnWidths = new int[COLUMNS];
  private final int[] columnCounts = new int[COLUMNS];
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

  /**
   * Returns the column of a number.
   *
   * @param context the eight bytes before its marker in the text stream, the last in the high byte
   */
  static int column(long context) {
    // Fibonacci hashing, TAOCP 6.4: the high bits of the product.
    return (int) ((context >>> (Long.SIZE - 8 * CONTEXT_BYTES)) * 0x9E3779B97F4A7C15L >>> 56);
  }

  /** Returns the text stream behind {@link #LEAD} zeros. */
  byte[] text() {
    return text;
  }

  int textLength() {
    return textEnd - LEAD;
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
    if (text.length < LEAD + to - from + Long.BYTES) {
      text = new byte[LEAD + to - from + Long.BYTES];
      ids = new byte[to - from];
    }
    count = 0;
    idsLength = 0;
    byte[] text = this.text;
    int out = LEAD;
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
      if (raw[i] <= ID) {
        return false;
      }
      int end = endOfNumber(raw, i, to);
      if (i >= checked && isWordAround(raw, from, i, end, to)) {
        int tokenEnd = endOfToken(raw, end, to);
        int start = startOfToken(raw, from, i);
        checked = tokenEnd;
        if (isId(raw, start, tokenEnd)) {
          out -= i - start;
          byte marker = tokenEnd - start == 32 ? ID_32 : ID;
          packId(raw, start, tokenEnd - start);
          text[out++] = marker;
          context = (long) LONG.get(text, out - Long.BYTES);
          i = tokenEnd;
          continue;
        }
      }
      addNumber(i, end, column(context));
      text[out++] = NUMBER;
      context = append(context, NUMBER, 1);
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
    int[] at = new int[COLUMNS];
    int length = table.size();
    for (int column = 0; column < COLUMNS; column++) {
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
        numbers[out++] = NUMBER_END;
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
    for (int column = 0; column < COLUMNS; column++) {
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
    for (int column = 0; column < COLUMNS; column++) {
      if (columnBytes[column] > 0) {
        table.writeVarLong(column - last - 1);
        table.writeVarLong(columnWidths[column]).writeVarLong(columnBytes[column]);
        last = column;
      }
    }
  }
}
