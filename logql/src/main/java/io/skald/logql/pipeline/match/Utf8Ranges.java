package io.skald.logql.pipeline.match;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes ranges of characters as ranges of the bytes that encode them (R. Cox, "Regular Expression
 * Matching in the Wild", section on UTF-8).
 */
final class Utf8Ranges {
  private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};

  private Utf8Ranges() {}

  /**
   * Returns sequences of byte ranges {@code first, last, first, last, ...}; a character of the set is
   * encoded by exactly one of them.
   */
  static List<int[]> of(CodePointSet set) {
    List<int[]> sequences = new ArrayList<>();
    for (CodePointSet.Range range : set.ranges()) {
      split(range.first(), range.last(), sequences);
    }
    return sequences;
  }

  private static void split(int first, int last, List<int[]> sequences) {
    for (int limit : LAST_OF_LENGTH) {
      if (first <= limit && limit < last) {
        split(first, limit, sequences);
        split(limit + 1, last, sequences);
        return;
      }
    }
    // All bytes but the leading differing one must run through their whole range.
    for (int i = 1; last >= 0x80 && i < 4; i++) {
      int low = (1 << (6 * i)) - 1;
      if ((first & ~low) != (last & ~low)) {
        if ((first & low) != 0) {
          split(first, first | low, sequences);
          split((first | low) + 1, last, sequences);
          return;
        }
        if ((last & low) != low) {
          split(first, (last & ~low) - 1, sequences);
          split(last & ~low, last, sequences);
          return;
        }
      }
    }
    byte[] from = encode(first);
    byte[] to = encode(last);
    int[] sequence = new int[2 * from.length];
    for (int i = 0; i < from.length; i++) {
      sequence[2 * i] = from[i] & 0xFF;
      sequence[2 * i + 1] = to[i] & 0xFF;
    }
    sequences.add(sequence);
  }

  /** Also encodes surrogates, which no valid text holds. */
  private static byte[] encode(int c) {
    if (c < 0x80) {
      return new byte[] {(byte) c};
    }
    if (c < 0x800) {
      return new byte[] {(byte) (0xC0 | (c >> 6)), tail(c)};
    }
    if (c < 0x10000) {
      return new byte[] {(byte) (0xE0 | (c >> 12)), tail(c >> 6), tail(c)};
    }
    return new byte[] {(byte) (0xF0 | (c >> 18)), tail(c >> 12), tail(c >> 6), tail(c)};
  }

  private static byte tail(int bits) {
    return (byte) (0x80 | (bits & 0x3F));
  }
}
