package io.skald.logql.template;

import java.nio.charset.StandardCharsets;

/**
 * The representation of Go's strings. A Go string is bytes: {@code len}, {@code trunc}, {@code
 * substr}, {@code index} and {@code slice} count bytes and may cut a character in two. Inside this
 * package such a string is a Java {@code String} whose chars are all below 256, one per byte (what
 * ISO-8859-1 decoding gives), a <em>byte string</em>. Java holds it in one byte per char, and
 * length, substring, search, order and hash of the class are then those of the bytes. Text enters
 * and leaves through this class only.
 */
final class ByteStrings {
  /** What decoding yields for bytes that are not UTF-8, as in Go. */
  static final int REPLACEMENT = 0xFFFD;

  private ByteStrings() {}

  /** Returns the byte string of the UTF-8 encoding of {@code text}. */
  static String ofText(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return ofBytes(text.getBytes(StandardCharsets.UTF_8));
      }
    }
    return text;
  }

  static String ofBytes(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  static byte[] toBytes(String byteString) {
    return byteString.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns the text; each byte that is not part of valid UTF-8 becomes U+FFFD. */
  static String toText(String byteString) {
    if (isAscii(byteString)) {
      return byteString;
    }
    if (isUtf8(byteString)) {
      return new String(toBytes(byteString), StandardCharsets.UTF_8);
    }
    // Java's decoder makes one U+FFFD of several bytes.
    StringBuilder out = new StringBuilder(byteString.length());
    for (int i = 0; i < byteString.length(); i += runeLength(byteString, i)) {
      out.appendCodePoint(runeAt(byteString, i));
    }
    return out.toString();
  }

  static boolean isAscii(String byteString) {
    for (int i = 0; i < byteString.length(); i++) {
      if (byteString.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns the character that starts at {@code index}, or {@link #REPLACEMENT} where there is no
   * valid UTF-8; {@link #runeLength} then is 1.
   */
  static int runeAt(String byteString, int index) {
    int length = runeLength(byteString, index);
    int first = byteString.charAt(index);
    if (length == 1) {
      return first < 0x80 ? first : REPLACEMENT;
    }
    int rune = first & (0xFF >> (length + 1));
    for (int i = 1; i < length; i++) {
      rune = (rune << 6) | (byteString.charAt(index + i) & 0x3F);
    }
    return rune;
  }

  /** Returns how many bytes the character at {@code index} takes; 1 for an invalid byte. */
  static int runeLength(String byteString, int index) {
    int first = byteString.charAt(index);
    int expected = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1;
    if (expected == 1 || index + expected > byteString.length()) {
      return 1;
    }
    int second = byteString.charAt(index + 1);
    int low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) {
      return 1;
    }
    for (int i = 2; i < expected; i++) {
      int next = byteString.charAt(index + i);
      if (next < 0x80 || next > 0xBF) {
        return 1;
      }
    }
    return expected;
  }

  /** Returns whether the byte at {@code index} is not part of valid UTF-8. */
  static boolean isInvalidAt(String byteString, int index) {
    return byteString.charAt(index) >= 0x80 && runeLength(byteString, index) == 1;
  }

  static boolean isUtf8(String byteString) {
    for (int i = 0; i < byteString.length(); i += runeLength(byteString, i)) {
      if (isInvalidAt(byteString, i)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the number of characters; an invalid byte counts as one. */
  static int runeCount(String byteString) {
    int count = 0;
    for (int i = 0; i < byteString.length(); i += runeLength(byteString, i)) {
      count++;
    }
    return count;
  }

  /** Appends the UTF-8 bytes of a character; a value that is not one is appended as U+FFFD. */
  static void appendRune(StringBuilder out, int rune) {
    if (rune >= 0 && rune < 0x80) {
      out.append((char) rune);
    } else if (rune >= 0 && rune < 0x800) {
      out.append((char) (0xC0 | (rune >> 6))).append(continuation(rune));
    } else if (rune < 0 || rune > 0x10FFFF || (rune >= 0xD800 && rune <= 0xDFFF)) {
      appendRune(out, REPLACEMENT);
    } else if (rune < 0x10000) {
      out.append((char) (0xE0 | (rune >> 12)));
      out.append(continuation(rune >> 6)).append(continuation(rune));
    } else {
      out.append((char) (0xF0 | (rune >> 18))).append(continuation(rune >> 12));
      out.append(continuation(rune >> 6)).append(continuation(rune));
    }
  }

  private static char continuation(int bits) {
    return (char) (0x80 | (bits & 0x3F));
  }

  static String ofRune(int rune) {
    StringBuilder out = new StringBuilder(4);
    appendRune(out, rune);
    return out.toString();
  }
}
