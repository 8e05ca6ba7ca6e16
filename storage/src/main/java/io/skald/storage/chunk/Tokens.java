package io.skald.storage.chunk;

import io.skald.common.block.LineTemplates;

/** Longest runs of ASCII letters and digits, and which of them are values as a whole. */
final class Tokens {
  private static final byte DIGIT = 1;
  private static final byte HEX_LETTER = 2;
  private static final byte OTHER_LETTER = 4;

  private static final int ID_32_LENGTH = 32;

  /** Shorter ones in hexadecimal are rather words of a language: {@code a1}, {@code e2e}. */
  private static final int MIN_HEX_WORD_LENGTH = 4;

  /** So often random letters and digits take turns, and names with a number in them do not. */
  private static final int MIN_WORD_TURNS = 3;

  private static final byte[] KINDS = kinds();

  private Tokens() {}

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

  private static int kind(byte b) {
    return KINDS[b & 0xFF];
  }

  static int endOfNumber(byte[] raw, int from, int to) {
    int end = from;
    int digits;
    do {
      long word = Words.get(raw, end, to);
      digits = Words.firstByte(~Words.between(word, '0', '9') & Words.HIGH_BITS);
      end += digits;
    } while (digits == Long.BYTES && end < to);
    return Math.min(end, to);
  }

  /** Returns whether a number touches letters, and so is not a token by itself. */
  static boolean isWordAround(byte[] raw, int from, int start, int end, int to) {
    return (start > from && kind(raw[start - 1]) != 0) || (end < to && kind(raw[end]) != 0);
  }

  static int end(byte[] raw, int from, int to) {
    int end = from;
    while (end < to && kind(raw[end]) != 0) {
      end++;
    }
    return end;
  }

  static int start(byte[] raw, int from, int at) {
    int start = at;
    while (start > from && kind(raw[start - 1]) != 0) {
      start--;
    }
    return start;
  }

  /** Returns the marker for a token of letters and digits; NUMBER if it is no value as a whole. */
  static byte marker(byte[] raw, int start, int end) {
    int seen = 0;
    int turns = 0;
    int last = kind(raw[start]);
    for (int i = start; i < end; i++) {
      int kind = kind(raw[i]);
      turns += (kind ^ last) & DIGIT;
      seen |= kind;
      last = kind;
    }
    int length = end - start;
    boolean hex = seen == (DIGIT | HEX_LETTER);
    if (hex && length >= LineTemplates.MIN_ID_LENGTH && length % 2 == 0) {
      return length == ID_32_LENGTH ? LineTemplates.ID_32 : LineTemplates.ID;
    }
    boolean word = turns >= MIN_WORD_TURNS || (hex && length >= MIN_HEX_WORD_LENGTH);
    return word ? LineTemplates.WORD : LineTemplates.NUMBER;
  }
}
