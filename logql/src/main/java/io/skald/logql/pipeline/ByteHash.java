package io.skald.logql.pipeline;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A hash of a few bytes, for the slots of small caches. */
public final class ByteHash {
  /** 2^64 divided by the golden ratio, odd: Knuth's multiplicative hash, TAOCP 6.4. */
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private ByteHash() {}

  /** Returns a hash of {@code area[start, end)}; all its bits are of use. */
  public static int of(byte[] area, int start, int end) {
    long hash = end - start;
    int at = start;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = (hash ^ (long) LONG.get(area, at)) * MULTIPLIER;
      hash ^= hash >>> 32;
    }
    long rest = 0;
    for (; at < end; at++) {
      rest = rest << Byte.SIZE | area[at] & 0xFF;
    }
    hash = (hash ^ rest) * MULTIPLIER;
    return (int) (hash ^ hash >>> 32);
  }
}
