package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Splits text into streams that compress better apart: words, numbers, hexadecimal ids.
 *
 * <p>The numbers of a log line differ from line to line and break the repeats around them. Here each
 * becomes one marker byte in the text stream, so that lines of one template are nearly equal there;
 * the digits go to one of {@link #COLUMNS} columns, chosen by the text before the number, so that
 * numbers of one meaning (a status, the minutes of a time) stand side by side. Ids in hexadecimal are
 * random: packing two digits into a byte is the best one can do, and spares the compressor the
 * attempt.
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
 * The column of a number is the hash of the five bytes before its marker in the text stream, which is
 * taken to start with zeros. Text that contains a marker byte itself cannot be split. An instance
 * encodes, owns the buffers and belongs to one thread; see {@link SplitTextDecoder} for the way back.
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
  private static final byte MARKER = 8;
  private static final int WORD = DIGIT | HEX_LETTER | OTHER_LETTER;

  private static final byte[] KINDS = kinds();

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
    kinds[NUMBER] = MARKER;
    kinds[ID_32] = MARKER;
    kinds[ID] = MARKER;
    return kinds;
  }

  /**
   * Returns the column of the number whose marker is at {@code text[at]}; {@code at} counts the
   * {@link #LEAD}.
   */
  static int column(byte[] text, int at) {
    long context = (long) LONG.get(text, at - Long.BYTES) >>> (Long.SIZE - 8 * CONTEXT_BYTES);
    // Fibonacci hashing, TAOCP 6.4: the high bits of the product.
    return (int) (context * 0x9E3779B97F4A7C15L >>> 56);
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
    if (text.length < LEAD + to - from) {
      text = new byte[LEAD + to - from];
      ids = new byte[to - from];
    }
    count = 0;
    idsLength = 0;
    int out = LEAD;
    int i = from;
    while (i < to) {
      int kind = KINDS[raw[i] & 0xFF];
      if ((kind & WORD) == 0) {
        if (kind == MARKER) {
          return false;
        }
        text[out++] = raw[i++];
        continue;
      }
      int start = i;
      int seen = 0;
      do {
        seen |= kind;
        i++;
        kind = i < to ? KINDS[raw[i] & 0xFF] : 0;
      } while ((kind & WORD) != 0);
      if ((seen & DIGIT) == 0) {
        for (int k = start; k < i; k++) {
          text[out++] = raw[k];
        }
      } else if (seen == (DIGIT | HEX_LETTER) && isIdLength(i - start)) {
        text[out++] = i - start == 32 ? ID_32 : ID;
        packId(raw, start, i - start);
      } else {
        out = splitToken(raw, start, i, out);
      }
    }
    textEnd = out;
    gatherNumbers(raw);
    return true;
  }

  private static boolean isIdLength(int length) {
    return length >= MIN_ID_LENGTH && (length & 1) == 0;
  }

  /** Moves the numbers of a token out of it and returns the new end of the text. */
  private int splitToken(byte[] raw, int from, int to, int textEnd) {
    int out = textEnd;
    int i = from;
    while (i < to) {
      if (KINDS[raw[i]] != DIGIT) {
        text[out++] = raw[i++];
        continue;
      }
      int start = i;
      do {
        i++;
      } while (i < to && KINDS[raw[i]] == DIGIT);
      addNumber(start, i, column(text, out));
      text[out++] = NUMBER;
    }
    return out;
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
