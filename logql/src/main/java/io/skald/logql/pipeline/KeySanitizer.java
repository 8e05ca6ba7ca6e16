package io.skald.logql.pipeline;

import io.skald.logql.pipeline.match.Utf8;
import java.nio.charset.StandardCharsets;

/** Makes label names from the keys of a line. */
final class KeySanitizer {
  private KeySanitizer() {}

  /**
   * Appends the label name for a key to {@code out} at {@code at}: without surrounding space,
   * {@code _} for each character that is not an ASCII letter, digit or underscore, and in front of
   * a digit at position 0.
   *
   * @param out at least {@code end - start + 1} bytes from {@code at}
   * @return the position behind the name; {@code at} for a blank key
   */
  static int append(byte[] area, int start, int end, byte[] out, int at) {
    while (start < end && spaceLength(area, start, end) > 0) {
      start += spaceLength(area, start, end);
    }
    end = trimmedEnd(area, start, end);
    if (start < end && at == 0 && area[start] >= '0' && area[start] <= '9') {
      out[at++] = '_';
    }
    while (start < end) {
      byte b = area[start];
      if (b >= 0) {
        out[at++] = isNameByte(b) ? b : (byte) '_';
        start++;
      } else {
        out[at++] = '_';
        start += Math.max(1, Utf8.sequenceLength(area, start, end));
      }
    }
    return at;
  }

  private static int trimmedEnd(byte[] area, int start, int end) {
    int trimmed = start;
    for (int at = start; at < end; ) {
      int space = spaceLength(area, at, end);
      at += space > 0 ? space : Math.max(1, Utf8.sequenceLength(area, at, end));
      if (space == 0) {
        trimmed = at;
      }
    }
    return trimmed;
  }

  /** Returns the length of the white space character at {@code at} (Unicode White_Space), or 0. */
  private static int spaceLength(byte[] area, int at, int end) {
    byte b = area[at];
    if (b >= 0) {
      return b == ' ' || (b >= '\t' && b <= '\r') ? 1 : 0;
    }
    int length = Utf8.sequenceLength(area, at, end);
    if (length < 2) {
      return 0;
    }
    int c = new String(area, at, length, StandardCharsets.UTF_8).codePointAt(0);
    return c == 0x85 || Character.isSpaceChar(c) ? length : 0;
  }

  private static boolean isNameByte(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '_';
  }
}
