package io.skald.tests;

import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Lines that hardly compress. */
final class RandomLines {
  private RandomLines() {}

  /**
   * Returns lines by timestamp, a nanosecond apart.
   *
   * @param digits of a line at least, and some more
   */
  static SortedMap<Long, String> of(Random random, long fromNanos, int count, int digits) {
    SortedMap<Long, String> lines = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder();
      while (line.length() < digits) {
        line.append(Long.toString(random.nextLong() & Long.MAX_VALUE, Character.MAX_RADIX));
      }
      lines.put(fromNanos + i, line.toString());
    }
    return lines;
  }
}
