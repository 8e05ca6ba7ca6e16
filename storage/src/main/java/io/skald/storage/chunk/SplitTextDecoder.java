package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Puts together what {@link SplitText} took apart. One instance decodes one text.
 *
 * <p>Copies words of eight bytes and then advances by as many as counted; what was copied too much is
 * overwritten by the next step or lies in the slack.
 */
final class SplitTextDecoder {
  /** Bytes that the text, the numbers and the output must leave free behind their content. */
  static final int SLACK = Long.BYTES;

  private static final short[] HEX_PAIRS = hexPairs();

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EVERY_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;
  private static final long NUMBER_ENDS = SplitText.NUMBER_END * EVERY_BYTE;

  private final Section section;
  private final byte[] text;
  private final byte[] numbers;
  private final byte[] ids;
  private final byte[] raw;
  private final int rawLength;

  private final int[] columnAt = new int[SplitText.COLUMNS];
  private final int[] columnEnd = new int[SplitText.COLUMNS];
  private final int[] columnWidth = new int[SplitText.COLUMNS];
  private int idAt;

  /**
   * Starts decoding; the arrays hold nothing but a stream, and what is named.
   *
   * @param section for messages
   * @param text behind {@link SplitText#LEAD} zeros, before {@link #SLACK} more bytes
   * @param numbers before {@link #SLACK} more bytes
   */
  SplitTextDecoder(Section section, byte[] text, byte[] numbers, byte[] ids, int rawLength) {
    this.section = section;
    this.text = text;
    this.numbers = numbers;
    this.ids = ids;
    this.rawLength = rawLength;
    long most = (long) text.length + numbers.length + 2L * ids.length;
    if (rawLength > most) {
      throw section.corrupt("its streams hold at most " + most + " bytes, expected " + rawLength);
    }
    this.raw = new byte[rawLength + SLACK];
  }

  /** For each byte its two digits, the high nibble's in the low byte. */
  private static short[] hexPairs() {
    short[] pairs = new short[256];
    for (int b = 0; b < 256; b++) {
      pairs[b] =
          (short) (Character.forDigit(b >> 4, 16) | Character.forDigit(b & 15, 16) << Byte.SIZE);
    }
    return pairs;
  }

  /**
   * Returns the text and {@link #SLACK} bytes of anything.
   *
   * @throws CorruptChunkException if the streams do not make exactly the expected length
   */
  byte[] decode() {
    readTable();
    int end = text.length - SLACK;
    int out = 0;
    int at = SplitText.LEAD;
    while (at < end) {
      long word = (long) LONG.get(text, at);
      LONG.set(raw, out, word);
      // The lowest byte below 4 has its high bit set here ("Bit Twiddling Hacks", hasless).
      long low = (word - 4 * EVERY_BYTE) & ~word & HIGH_BITS;
      int plain = Math.min(Long.numberOfTrailingZeros(low) >>> 3, end - at);
      at += plain;
      out += plain;
      if (out > rawLength) {
        throw tooLong();
      }
      if (plain < Long.BYTES && at < end) {
        out = expand(at, out);
        at++;
      }
    }
    checkUsedUp(out);
    return raw;
  }

  private void readTable() {
    int length = numbers.length - SLACK;
    SectionReader in = new SectionReader(section, numbers);
    int used = in.readVarInt("the number of columns", SplitText.COLUMNS);
    int[] bytes = new int[SplitText.COLUMNS];
    int column = -1;
    for (int i = 0; i < used; i++) {
      column += 1 + in.readVarInt("a column", SplitText.COLUMNS - column - 2L);
      columnWidth[column] = in.readVarInt("the width of a column", length);
      bytes[column] = in.readVarInt("the length of a column", length);
    }
    long at = in.position();
    for (int i = 0; i < SplitText.COLUMNS; i++) {
      columnAt[i] = (int) at;
      at += bytes[i];
      if (at > length) {
        break;
      }
      columnEnd[i] = (int) at;
    }
    if (at != length) {
      throw section.corrupt("the columns of numbers do not have " + length + " bytes");
    }
  }

  private void checkUsedUp(int out) {
    boolean allUsed = out == rawLength && idAt == ids.length;
    for (int i = 0; i < SplitText.COLUMNS; i++) {
      allUsed &= columnAt[i] == columnEnd[i];
    }
    if (!allUsed) {
      throw section.corrupt(
          "its streams make " + out + " bytes, expected " + rawLength + ", or are not used up");
    }
  }

  /** Writes what the marker at {@code text[at]} stands for and returns the new end of the output. */
  private int expand(int at, int out) {
    return switch (text[at]) {
      case SplitText.NUMBER -> expandNumber(SplitText.column((long) LONG.get(text, at - Long.BYTES)), out);
      case SplitText.ID_32 -> expandId(16, out);
      case SplitText.ID -> expandId(readIdLength(), out);
      default -> expandNul(out);
    };
  }

  /** A zero byte is below 4 as well, but no marker. */
  private int expandNul(int out) {
    if (out >= rawLength) {
      throw tooLong();
    }
    raw[out] = 0;
    return out + 1;
  }

  /** The usual number is shorter than a word: no branch depends on the kind of its column. */
  private int expandNumber(int column, int out) {
    int from = columnAt[column];
    int width = columnWidth[column];
    long word = (long) LONG.get(numbers, from);
    LONG.set(raw, out, word);
    int count = width == 0 ? firstEnd(word) : width;
    if (count >= Long.BYTES) {
      return expandLongNumber(column, out);
    }
    takeFromColumn(column, from + count + (width == 0 ? 1 : 0));
    if (out + count > rawLength) {
      throw tooLong();
    }
    return out + count;
  }

  private int expandLongNumber(int column, int start) {
    int from = columnAt[column];
    int width = columnWidth[column];
    int length = width;
    if (width == 0) {
      int count;
      do {
        if (from + length >= columnEnd[column]) {
          throw section.corrupt("a number has no end");
        }
        count = firstEnd((long) LONG.get(numbers, from + length));
        length += count;
      } while (count == Long.BYTES);
    }
    takeFromColumn(column, from + length + (width == 0 ? 1 : 0));
    if (length > rawLength - start) {
      throw tooLong();
    }
    System.arraycopy(numbers, from, raw, start, length);
    return start + length;
  }

  /** Returns the index of the first end mark in a word, or 8 ("Bit Twiddling Hacks", haszero). */
  private static int firstEnd(long word) {
    long difference = word ^ NUMBER_ENDS;
    long marks = (difference - EVERY_BYTE) & ~difference & HIGH_BITS;
    return Long.numberOfTrailingZeros(marks) >>> 3;
  }

  private void takeFromColumn(int column, int end) {
    if (end > columnEnd[column] || end < 0) {
      throw section.corrupt("a number is missing or has no end");
    }
    columnAt[column] = end;
  }

  private int readIdLength() {
    int length = 0;
    for (int shift = 0; shift < 28 && idAt < ids.length; shift += 7) {
      int b = ids[idAt++];
      length |= (b & 0x7F) << shift;
      if (b >= 0) {
        return length;
      }
    }
    throw section.corrupt("an id has no valid length");
  }

  private int expandId(int packedLength, int out) {
    if (packedLength > ids.length - idAt) {
      throw section.corrupt("an id is missing");
    }
    if (2L * packedLength > rawLength - out) {
      throw tooLong();
    }
    for (int i = 0; i < packedLength; i++) {
      SHORT.set(raw, out + 2 * i, HEX_PAIRS[ids[idAt + i] & 0xFF]);
    }
    idAt += packedLength;
    return out + 2 * packedLength;
  }

  private CorruptChunkException tooLong() {
    return section.corrupt("its streams make more than " + rawLength + " bytes");
  }
}
