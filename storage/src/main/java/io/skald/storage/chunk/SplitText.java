package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Splits text into streams that compress better apart: words, numbers, hexadecimal ids.
 *
 * <p>The numbers of a log line differ from line to line and break the repeats around them. Here each
 * becomes one marker byte in the text stream, so that lines of one template are nearly equal there;
 * the digits go to a stream of their own, where an entropy coder finds ten symbols. Ids in
 * hexadecimal are random, so packing two digits into a byte is the best one can do, and spares the
 * compressor the attempt.
 *
 * <pre>
 *  token  := a longest run of [0-9A-Za-z]
 *  id     := a token of [0-9a-f], at least 16 long, even, with a digit and a letter
 *  number := a longest run of [0-9] in a token that is no id
 *
 *  text stream   : the bytes, with 01 for a number, 02 for an id of 32 digits, 03 for another id
 *  digits stream : the digits of each number, then 0A
 *  ids stream    : per id the packed digits, high nibble first; before those of an 03 their length
 *                  in bytes as LEB128
 * </pre>
 *
 * Text that contains a marker byte itself cannot be split. An instance encodes, owns the buffers and
 * belongs to one thread.
 */
final class SplitText {
  /** Bytes that the streams and the output must leave free behind their content. */
  static final int SLACK = Long.BYTES;

  static final byte NUMBER = 1;
  static final byte ID_32 = 2;
  static final byte ID = 3;

  private static final int MIN_ID_LENGTH = 16;
  private static final byte NUMBER_END = '\n';

  private static final byte DIGIT = 1;
  private static final byte HEX_LETTER = 2;
  private static final byte OTHER_LETTER = 4;
  private static final byte MARKER = 8;
  private static final int WORD = DIGIT | HEX_LETTER | OTHER_LETTER;

  private static final byte[] KINDS = kinds();
  private static final short[] HEX_PAIRS = hexPairs();

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long EVERY_BYTE = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x8080808080808080L;

  private byte[] text = new byte[0];
  private byte[] digits = new byte[0];
  private byte[] ids = new byte[0];
  private int textLength;
  private int digitsLength;
  private int idsLength;

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

  /** For each byte its two digits, the high nibble's in the low byte. */
  private static short[] hexPairs() {
    short[] pairs = new short[256];
    for (int b = 0; b < 256; b++) {
      pairs[b] =
          (short) (Character.forDigit(b >> 4, 16) | Character.forDigit(b & 15, 16) << Byte.SIZE);
    }
    return pairs;
  }

  byte[] text() {
    return text;
  }

  int textLength() {
    return textLength;
  }

  byte[] digits() {
    return digits;
  }

  int digitsLength() {
    return digitsLength;
  }

  byte[] ids() {
    return ids;
  }

  int idsLength() {
    return idsLength;
  }

  /** Fills the streams from {@code raw[from, to)}; returns false if that holds a marker byte. */
  boolean encode(byte[] raw, int from, int to) {
    reserve(to - from);
    byte[] kinds = KINDS;
    byte[] text = this.text;
    byte[] digits = this.digits;
    int t = 0;
    int d = 0;
    idsLength = 0;
    int i = from;
    while (i < to) {
      int kind = kinds[raw[i] & 0xFF];
      if ((kind & WORD) == 0) {
        if (kind == MARKER) {
          return false;
        }
        text[t++] = raw[i++];
        continue;
      }
      int tokenStart = i;
      int tokenText = t;
      int tokenDigits = d;
      int seen = 0;
      do {
        seen |= kind;
        if (kind == DIGIT) {
          text[t++] = NUMBER;
          do {
            digits[d++] = raw[i++];
          } while (i < to && kinds[raw[i] & 0xFF] == DIGIT);
          digits[d++] = NUMBER_END;
        } else {
          text[t++] = raw[i++];
        }
        kind = i < to ? kinds[raw[i] & 0xFF] : 0;
      } while ((kind & WORD) != 0);
      int length = i - tokenStart;
      if (seen == (DIGIT | HEX_LETTER) && length >= MIN_ID_LENGTH && (length & 1) == 0) {
        t = tokenText;
        d = tokenDigits;
        text[t++] = length == 32 ? ID_32 : ID;
        packId(raw, tokenStart, length);
      }
    }
    textLength = t;
    digitsLength = d;
    return true;
  }

  private void packId(byte[] raw, int from, int length) {
    byte[] ids = this.ids;
    int at = idsLength;
    int packedLength = length / 2;
    if (length != 32) {
      int rest = packedLength;
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

  /** No stream outgrows the text by more than the one end mark of its last number. */
  private void reserve(int rawLength) {
    if (text.length < rawLength + 2) {
      text = new byte[rawLength + 2];
      digits = new byte[rawLength + 2];
      ids = new byte[rawLength + 2];
    }
  }

  /** The streams to decode from; each array is {@link #SLACK} bytes longer than its content. */
  record Streams(
      byte[] text, int textLength, byte[] digits, int digitsLength, byte[] ids, int idsLength) {}

  /**
   * Reverses {@link #encode}.
   *
   * @return the text and {@link #SLACK} bytes of anything
   * @throws CorruptChunkException if the streams do not make exactly {@code rawLength} bytes
   */
  static byte[] decode(Section section, Streams streams, int rawLength) {
    long most = (long) streams.textLength + streams.digitsLength + 2L * streams.idsLength;
    if (rawLength > most) {
      throw section.corrupt("its streams hold at most " + most + " bytes, expected " + rawLength);
    }
    byte[] raw = new byte[rawLength + SLACK];
    new Decoder(section, streams, raw, rawLength).run();
    return raw;
  }

  /**
   * Copies words of eight bytes and then advances by as many as counted; what was copied too much is
   * overwritten by the next step or lies in the slack.
   */
  private static final class Decoder {
    private final Section section;
    private final Streams streams;
    private final byte[] raw;
    private final int rawLength;
    private int digitAt;
    private int idAt;

    Decoder(Section section, Streams streams, byte[] raw, int rawLength) {
      this.section = section;
      this.streams = streams;
      this.raw = raw;
      this.rawLength = rawLength;
    }

    void run() {
      byte[] text = streams.text;
      int textLength = streams.textLength;
      byte[] raw = this.raw;
      int out = 0;
      int t = 0;
      while (t < textLength) {
        long word = (long) LONG.get(text, t);
        LONG.set(raw, out, word);
        // The lowest byte below 4 has its high bit set here ("Bit Twiddling Hacks", hasless).
        long low = (word - 4 * EVERY_BYTE) & ~word & HIGH_BITS;
        int plain = Math.min(Long.numberOfTrailingZeros(low) >>> 3, textLength - t);
        t += plain;
        out += plain;
        if (out > rawLength) {
          throw tooLong();
        }
        if (plain < Long.BYTES && t < textLength) {
          out = expand(text[t], out);
          t++;
        }
      }
      if (out != rawLength
          || digitAt != streams.digitsLength
          || idAt != streams.idsLength) {
        throw section.corrupt(
            "its streams make " + out + " bytes, expected " + rawLength + ", or are not used up");
      }
    }

    /** Writes what {@code marker} stands for and returns the new end of the output. */
    private int expand(byte marker, int out) {
      return switch (marker) {
        case NUMBER -> expandNumber(out);
        case ID_32 -> expandId(16, out);
        case ID -> expandId(readIdLength(), out);
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

    private int expandNumber(int out) {
      int from = digitAt;
      while (true) {
        if (from >= streams.digitsLength) {
          throw section.corrupt("a number is missing");
        }
        long word = (long) LONG.get(streams.digits, from);
        LONG.set(raw, out, word);
        long difference = word ^ NUMBER_END * EVERY_BYTE;
        long ends = (difference - EVERY_BYTE) & ~difference & HIGH_BITS;
        int count = Long.numberOfTrailingZeros(ends) >>> 3;
        from += count;
        out += count;
        if (out > rawLength) {
          throw tooLong();
        }
        if (count < Long.BYTES) {
          if (from >= streams.digitsLength) {
            throw section.corrupt("a number has no end");
          }
          digitAt = from + 1;
          return out;
        }
      }
    }

    private int readIdLength() {
      int length = 0;
      for (int shift = 0; shift < 28; shift += 7) {
        if (idAt >= streams.idsLength) {
          break;
        }
        int b = streams.ids[idAt++];
        length |= (b & 0x7F) << shift;
        if (b >= 0) {
          return length;
        }
      }
      throw section.corrupt("an id has no valid length");
    }

    private int expandId(int packedLength, int out) {
      if (packedLength > streams.idsLength - idAt) {
        throw section.corrupt("an id is missing");
      }
      if (2L * packedLength > rawLength - out) {
        throw tooLong();
      }
      byte[] ids = streams.ids;
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
}
