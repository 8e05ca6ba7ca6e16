package io.skald.storage.pattern;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A line taken apart into tokens and the delimiters between them. Reusable; confined to one thread.
 *
 * <p>Delimiters are hard (blanks, quotes, brackets, {@code =}, ...) or soft ({@code . : - / + @});
 * a word is what stands between hard ones. A token with a digit is variable from the start, and so
 * are further such tokens of its word with only soft delimiters between: an address, a time or a
 * version is one token however many parts it has. That one is wide: it may hold soft delimiters,
 * but never hard ones.
 *
 * <p>Two hashes stand for the line: the shape is all delimiters and the places of the tokens, so
 * that equal shapes have equally many tokens; the literals are those tokens that are not variable.
 */
final class LineTokens {
  /** One bit of a mask each. What follows the last is one wide token up to the end of the line. */
  static final int MAX_TOKENS = 64;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;
  private static final long TOKEN_MARK = 0x100;
  private static final long TAIL_MARK = 0x101;

  /** The shortest run of letters a to f that continues an id like a UUID. */
  private static final int MIN_HEX_LETTERS = 4;

  // Classes of bytes; those of a token's bytes are joined.
  private static final byte HEX_LETTER = 0;
  private static final byte DIGIT = 1;
  private static final byte LETTER = 2;
  private static final byte SOFT = 4;
  private static final byte HARD = 8;
  private static final byte[] CLASSES = classes();

  private final int maxBytes;
  final int[] starts = new int[MAX_TOKENS];
  final int[] ends = new int[MAX_TOKENS];

  /** Hashes of the tokens, 0 for variable ones. */
  final long[] hashes = new long[MAX_TOKENS];

  int count;

  /** Bit i: token i is variable. */
  long variable;

  /** Bit i: token i is variable and wide. */
  long wide;

  /** Whether the last token is the rest of a line that is longer than what is looked at. */
  boolean tail;

  long shape;
  long literals;
  private boolean joinable;
  private long shapeAfterToken;

  /**
   * @param maxBytes how much of a line is looked at
   */
  LineTokens(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int b = 0; b < 256; b++) {
      if (b >= '0' && b <= '9') {
        classes[b] = DIGIT;
      } else if (b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F') {
        classes[b] = HEX_LETTER;
      } else if (b >= 0x80 || Character.isLetter(b) || b == '_' || b == '%') {
        classes[b] = LETTER;
      } else {
        classes[b] = ".:-/+@".indexOf(b) >= 0 ? SOFT : HARD;
      }
    }
    return classes;
  }

  /** Returns whether {@code b} ends a word. */
  static boolean isHard(byte b) {
    return CLASSES[b & 0xFF] == HARD;
  }

  /** Returns whether {@code b} can be part of a token. */
  static boolean isToken(byte b) {
    return CLASSES[b & 0xFF] < SOFT;
  }

  /** Takes {@code area[start, end)} apart; offsets are those of {@code area}. */
  void scan(byte[] area, int start, int end) {
    reset();
    int limit = Math.min(end, start + maxBytes);
    boolean afterHard = true;
    int at = start;
    while (at < limit) {
      byte b = area[at];
      int type = CLASSES[b & 0xFF];
      boolean sign = b == '-' && afterHard && at + 1 < limit && isDigit(area[at + 1]);
      if (type >= SOFT && !sign) {
        shape = (shape ^ b) * MULTIPLIER;
        afterHard = type == HARD;
        joinable &= !afterHard;
        at++;
        continue;
      }
      int from = at++;
      int seen = sign ? DIGIT : type;
      while (at < limit && (type = CLASSES[area[at] & 0xFF]) < SOFT) {
        seen |= type;
        at++;
      }
      boolean cut = at == limit && limit < end;
      if (cut || (count == MAX_TOKENS - 1 && at < end)) {
        addTail(from, end);
        finish();
        return;
      }
      add(area, from, at, seen, sign);
      afterHard = false;
    }
    if (limit < end) {
      addTail(limit, end);
    }
    finish();
  }

  private void reset() {
    count = 0;
    variable = 0;
    wide = 0;
    tail = false;
    shape = MULTIPLIER;
    shapeAfterToken = 0;
    joinable = false;
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private void add(byte[] area, int from, int to, int seen, boolean sign) {
    boolean isVariable = (seen & DIGIT) != 0;
    if (joinable) {
      boolean hexLetters = seen == HEX_LETTER && to - from >= MIN_HEX_LETTERS;
      if (isVariable || hexLetters) {
        ends[count - 1] = to;
        wide |= 1L << (count - 1);
        shape = shapeAfterToken;
        return;
      }
    }
    starts[count] = from;
    ends[count] = to;
    if (isVariable) {
      variable |= 1L << count;
      wide |= sign ? 1L << count : 0;
      hashes[count] = 0;
    } else {
      hashes[count] = hash(area, from, to);
    }
    count++;
    shape = (shape ^ TOKEN_MARK) * MULTIPLIER;
    shapeAfterToken = shape;
    joinable = isVariable;
  }

  private void addTail(int from, int end) {
    starts[count] = from;
    ends[count] = end;
    hashes[count] = 0;
    variable |= 1L << count;
    wide |= 1L << count;
    count++;
    tail = true;
    shape = (shape ^ TAIL_MARK) * MULTIPLIER;
  }

  private void finish() {
    long mixed = shape ^ (shape >>> 32);
    for (int i = 0; i < count; i++) {
      mixed = (mixed ^ hashes[i]) * MULTIPLIER;
      mixed ^= mixed >>> 29;
    }
    literals = mixed;
  }

  /** Returns a hash of the bytes that is not 0. */
  private static long hash(byte[] area, int from, int to) {
    long hash = (to - from) * MULTIPLIER;
    int at = from;
    for (; to - at >= Long.BYTES; at += Long.BYTES) {
      hash = mix(hash ^ (long) LONG.get(area, at));
    }
    if (at < to) {
      hash = mix(hash ^ rest(area, at, to));
    }
    return hash == 0 ? 1 : hash;
  }

  private static long rest(byte[] area, int at, int to) {
    int bits = (to - at) * Byte.SIZE;
    if (area.length - at >= Long.BYTES) {
      return (long) LONG.get(area, at) & ((1L << bits) - 1);
    }
    long rest = 0;
    for (int i = to - 1; i >= at; i--) {
      rest = rest << Byte.SIZE | (area[i] & 0xFF);
    }
    return rest;
  }

  private static long mix(long value) {
    long product = value * MULTIPLIER;
    return product ^ (product >>> 32);
  }
}
