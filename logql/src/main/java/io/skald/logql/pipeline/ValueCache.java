package io.skald.logql.pipeline;

import io.skald.logql.pipeline.match.Utf8;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Strings for the bytes of label values. Values repeat (levels, status codes, methods), and equal
 * strings that are the same object compare at once. Bounded; not thread-safe.
 */
final class ValueCache {
  private static final int SLOTS = 512;

  /** Longer values are rarely seen twice. */
  private static final int MAX_CACHED_LENGTH = 48;

  private final byte[][] keys = new byte[SLOTS][];
  private final @Nullable String[] values = new @Nullable String[SLOTS];

  /**
   * Returns the text of {@code area[start, end)}. A space stands for each byte that is not UTF-8,
   * and for U+FFFD.
   */
  String get(byte[] area, int start, int end) {
    int length = end - start;
    if (length == 0) {
      return "";
    }
    if (length > MAX_CACHED_LENGTH) {
      return decode(area, start, end);
    }
    int slot = ByteHash.of(area, start, end) & (SLOTS - 1);
    String known = values[slot];
    if (known != null && Arrays.equals(keys[slot], 0, keys[slot].length, area, start, end)) {
      return known;
    }
    String value = decode(area, start, end);
    keys[slot] = Arrays.copyOfRange(area, start, end);
    values[slot] = value;
    return value;
  }

  private static String decode(byte[] area, int start, int end) {
    if (!Utf8.hasForeign(area, start, end)) {
      return new String(area, start, end - start, StandardCharsets.ISO_8859_1);
    }
    byte[] clean = Arrays.copyOfRange(area, start, end);
    int size = 0;
    for (int at = start; at < end; ) {
      int length = Utf8.sequenceLength(area, at, end);
      if (length == 0 || Utf8.isReplacement(area, at, length)) {
        clean[size++] = ' ';
        at += Math.max(1, length);
      } else {
        System.arraycopy(area, at, clean, size, length);
        size += length;
        at += length;
      }
    }
    return new String(clean, 0, size, StandardCharsets.UTF_8);
  }
}
