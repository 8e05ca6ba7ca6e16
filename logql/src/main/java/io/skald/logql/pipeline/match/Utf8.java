package io.skald.logql.pipeline.match;

import java.util.Arrays;

/** UTF-8 as Go reads it: each byte that is no part of a valid sequence stands for itself. */
public final class Utf8 {
  private static final byte[] REPLACEMENT = {(byte) 0xEF, (byte) 0xBF, (byte) 0xBD};

  private Utf8() {}

  /**
   * Returns the length of the valid sequence (RFC 3629, section 4) at {@code at}, or 0 if there is
   * none.
   */
  public static int sequenceLength(byte[] area, int at, int end) {
    int lead = area[at] & 0xFF;
    if (lead < 0x80) {
      return 1;
    }
    if (lead < 0xC2 || lead > 0xF4) {
      return 0;
    }
    int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (at + length > end) {
      return 0;
    }
    int second = area[at + 1] & 0xFF;
    int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((area[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  /** Returns whether the sequence of {@code length} bytes at {@code at} is U+FFFD. */
  public static boolean isReplacement(byte[] area, int at, int length) {
    return length == 3
        && area[at] == REPLACEMENT[0]
        && area[at + 1] == REPLACEMENT[1]
        && area[at + 2] == REPLACEMENT[2];
  }

  /** Returns whether {@code area[start, end)} holds a byte above 0x7F. */
  public static boolean hasForeign(byte[] area, int start, int end) {
    int bits = 0;
    for (int i = start; i < end; i++) {
      bits |= area[i];
    }
    return bits < 0;
  }

  public static boolean isValid(byte[] area, int start, int end) {
    return firstInvalid(area, start, end) == end;
  }

  /** Returns a copy of {@code area[start, end)} in which U+FFFD stands for each invalid byte. */
  public static byte[] validCopy(byte[] area, int start, int end) {
    int invalid = firstInvalid(area, start, end);
    return invalid == end
        ? Arrays.copyOfRange(area, start, end)
        : replaceInvalid(area, start, end, invalid);
  }

  /** Returns the position of the first invalid byte, or {@code end}. */
  private static int firstInvalid(byte[] area, int start, int end) {
    if (!hasForeign(area, start, end)) {
      return end;
    }
    int at = start;
    while (at < end) {
      int length = sequenceLength(area, at, end);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return end;
  }

  private static byte[] replaceInvalid(byte[] area, int start, int end, int firstInvalid) {
    byte[] out = new byte[firstInvalid - start + 3 * (end - firstInvalid)];
    int size = firstInvalid - start;
    System.arraycopy(area, start, out, 0, size);
    for (int at = firstInvalid; at < end; ) {
      int length = sequenceLength(area, at, end);
      if (length == 0) {
        System.arraycopy(REPLACEMENT, 0, out, size, REPLACEMENT.length);
        size += REPLACEMENT.length;
        at++;
      } else {
        System.arraycopy(area, at, out, size, length);
        size += length;
        at += length;
      }
    }
    return Arrays.copyOf(out, size);
  }
}
