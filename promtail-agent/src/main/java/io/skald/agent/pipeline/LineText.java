package io.skald.agent.pipeline;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Turns bytes into text and back without loss: a byte that is not part of UTF-8 becomes a lone
 * surrogate, U+DC80 to U+DCFF, which no UTF-8 decodes to (the scheme of Python's PEP 383).
 */
final class LineText {
  private static final char REPLACEMENT = '\uFFFD';
  private static final char ESCAPED_BYTES = '\uDC00';

  private LineText() {}

  static String decode(byte[] bytes, int from, int length) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 ? text : decodeInvalid(bytes, from, from + length);
  }

  static byte[] encode(String text) {
    return hasInvalid(text) ? encodeInvalid(text) : text.getBytes(StandardCharsets.UTF_8);
  }

  /** Tells whether the text is UTF-8 throughout. */
  static boolean isUtf8(String text) {
    return !hasInvalid(text);
  }

  private static boolean hasInvalid(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else {
          return true;
        }
      }
    }
    return false;
  }

  private static String decodeInvalid(byte[] bytes, int from, int end) {
    StringBuilder out = new StringBuilder(end - from);
    int valid = from;
    for (int at = from; at < end; ) {
      int size = sequenceLength(bytes, at, end);
      if (size > 0) {
        at += size;
        continue;
      }
      out.append(new String(bytes, valid, at - valid, StandardCharsets.UTF_8));
      out.append((char) (ESCAPED_BYTES + (bytes[at] & 0xFF)));
      at++;
      valid = at;
    }
    return out.append(new String(bytes, valid, end - valid, StandardCharsets.UTF_8)).toString();
  }

  private static byte[] encodeInvalid(String text) {
    byte[] out = new byte[3 * text.length()];
    int size = 0;
    int valid = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean escaped = i < text.length() && isEscapedByte(text, i);
      if (escaped || i == text.length()) {
        byte[] part = text.substring(valid, i).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(part, 0, out, size, part.length);
        size += part.length;
        valid = i + 1;
      }
      if (escaped) {
        out[size++] = (byte) (text.charAt(i) - ESCAPED_BYTES);
      }
    }
    return Arrays.copyOf(out, size);
  }

  private static boolean isEscapedByte(String text, int index) {
    char c = text.charAt(index);
    return c >= ESCAPED_BYTES + 0x80
        && c <= ESCAPED_BYTES + 0xFF
        && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
  }

  /**
   * Returns the length of the UTF-8 sequence at {@code at}, 0 if there is none (RFC 3629: no
   * surrogates, nothing above U+10FFFF, no longer form than needed).
   */
  static int sequenceLength(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xFF;
    int length = first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (length == 1) {
      return 1;
    }
    if (length == 0 || first > 0xF4 || at + length > end) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return length;
  }
}
