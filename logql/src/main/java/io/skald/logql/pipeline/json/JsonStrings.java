package io.skald.logql.pipeline.json;

/** Unescapes the inside of JSON strings (RFC 8259, section 7). */
public final class JsonStrings {
  private JsonStrings() {}

  /**
   * Writes the unescaped bytes of {@code area[start, end)}, the inside of a string.
   *
   * @param out at least {@code end - start} bytes from {@code at}; the result is never longer than
   *     its source
   * @return the position behind the result, or -1 if an escape is not valid
   */
  public static int unescape(byte[] area, int start, int end, byte[] out, int at) {
    int from = start;
    while (from < end) {
      byte b = area[from++];
      if (b != '\\') {
        out[at++] = b;
        continue;
      }
      if (from == end) {
        return -1;
      }
      byte escape = area[from++];
      if (escape == 'u') {
        int codePoint = codePoint(area, from, end);
        if (codePoint < 0) {
          return -1;
        }
        from += codePoint >= 0x10000 ? 10 : 4;
        at = append(codePoint, out, at);
      } else {
        byte plain = unescapedByte(escape);
        if (plain == 0) {
          return -1;
        }
        out[at++] = plain;
      }
    }
    return at;
  }

  private static byte unescapedByte(byte escape) {
    return switch (escape) {
      case '"', '\\', '/' -> escape;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> 0;
    };
  }

  /** Reads four hex digits, or two surrogates; -1 if they are none. */
  private static int codePoint(byte[] area, int at, int end) {
    int first = hex(area, at, end);
    if (first < 0xD800 || first > 0xDFFF) {
      return first;
    }
    if (at + 6 > end || area[at + 4] != '\\' || area[at + 5] != 'u') {
      return -1;
    }
    int second = hex(area, at + 6, end);
    return first <= 0xDBFF && second >= 0xDC00 && second <= 0xDFFF
        ? Character.toCodePoint((char) first, (char) second)
        : -1;
  }

  /** Returns the number of four hex digits, or -1. */
  public static int hex(byte[] area, int at, int end) {
    if (at + 4 > end) {
      return -1;
    }
    int value = 0;
    for (int i = at; i < at + 4; i++) {
      int digit = area[i] < 0 ? -1 : Character.digit((char) area[i], 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }

  /** Appends a code point as UTF-8 and returns the position behind it. */
  public static int append(int codePoint, byte[] out, int at) {
    if (codePoint < 0x80) {
      out[at++] = (byte) codePoint;
      return at;
    }
    if (codePoint < 0x800) {
      out[at++] = (byte) (0xC0 | codePoint >> 6);
    } else {
      if (codePoint < 0x10000) {
        out[at++] = (byte) (0xE0 | codePoint >> 12);
      } else {
        out[at++] = (byte) (0xF0 | codePoint >> 18);
        out[at++] = (byte) (0x80 | (codePoint >> 12 & 0x3F));
      }
      out[at++] = (byte) (0x80 | (codePoint >> 6 & 0x3F));
    }
    out[at++] = (byte) (0x80 | (codePoint & 0x3F));
    return at;
  }
}
