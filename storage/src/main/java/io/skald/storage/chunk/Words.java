package io.skald.storage.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Eight bytes at a time, little-endian: the byte at the lowest address is the lowest. */
final class Words {
  static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** 2^64 divided by the golden ratio, odd: Knuth's multiplicative hash, TAOCP 6.4. */
  static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  static final long EVERY_BYTE = 0x0101010101010101L;
  static final long HIGH_BITS = 0x8080808080808080L;

  private Words() {}

  /** Returns eight bytes of {@code raw}; what lies behind {@code to} is of no meaning. */
  static long get(byte[] raw, int at, int to) {
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
  static long between(long word, int low, int high) {
    long sevenBits = word & ~HIGH_BITS;
    return (EVERY_BYTE * (128 + high) - sevenBits)
        & ~word
        & (sevenBits + EVERY_BYTE * (128 - low))
        & HIGH_BITS;
  }

  /**
   * Returns a word whose lowest set high bit marks the first byte below {@code limit} ("Bit
   * Twiddling Hacks", hasless); those above it may be wrong.
   */
  static long below(long word, int limit) {
    return (word - limit * EVERY_BYTE) & ~word & HIGH_BITS;
  }

  /** Returns a word whose lowest set high bit marks the first byte {@code value}. */
  static long equal(long word, int value) {
    return below(word ^ value * EVERY_BYTE, 1);
  }

  /** Returns a word with the high bit set in exactly the bytes that were zero. */
  static long zeros(long word) {
    return ~((word & ~HIGH_BITS) + ~HIGH_BITS | word | ~HIGH_BITS);
  }

  /** Returns the index of the first byte that is marked in its high bit, or 8. */
  static int firstByte(long marks) {
    return Long.numberOfTrailingZeros(marks) >>> 3;
  }

  /** Returns the last eight bytes of a text after {@code count} more from {@code word}. */
  static long append(long context, long word, int count) {
    // Two shifts each, since a shift by 64 does nothing.
    int half = 4 * count;
    return context >>> half >>> half | word << (32 - half) << (32 - half);
  }

  /** Returns a hash of {@code text[start, end)}; all its bits are of use. */
  static int hash(byte[] text, int start, int end) {
    long hash = end - start;
    int at = start;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = (hash ^ (long) LONG.get(text, at)) * MULTIPLIER;
      hash ^= hash >>> 32;
    }
    long rest = get(text, at, end) & ~(-1L << 8 * (end - at));
    hash = (hash ^ rest) * MULTIPLIER;
    return (int) (hash >>> 32);
  }
}
