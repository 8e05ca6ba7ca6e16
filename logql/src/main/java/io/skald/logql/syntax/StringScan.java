package io.skald.logql.syntax;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads a quoted literal (Go specification, "String literals" and "Rune literals").
 *
 * @param value the text that the literal stands for
 * @param end index behind the closing quote
 * @param error why it is no literal, or null
 */
record StringScan(String value, int end, @Nullable String error) {
  private static final String NOT_TERMINATED = "literal not terminated";
  private static final String BAD_ESCAPE = "invalid char escape";

  /**
   * @param start index of the opening {@code quote}: a double quote, a backtick or an apostrophe
   */
  static StringScan scan(String text, int start, char quote) {
    return quote == '`' ? raw(text, start) : new Reader(text, start, quote).read();
  }

  private static StringScan raw(String text, int start) {
    int end = text.indexOf('`', start + 1);
    if (end < 0) {
      return failure(NOT_TERMINATED);
    }
    // As in Go, carriage returns are no part of a raw literal.
    return checked(text.substring(start + 1, end).replace("\r", ""), end + 1);
  }

  private static StringScan checked(String value, int end) {
    return StandardCharsets.UTF_8.newEncoder().canEncode(value)
        ? new StringScan(value, end, null)
        : failure("invalid UTF-8 encoding");
  }

  private static StringScan failure(String error) {
    return new StringScan("", 0, error);
  }

  /** Unescapes into bytes, because {@code \x} and octal escapes stand for single bytes. */
  private static final class Reader {
    private final String text;
    private final char quote;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private int at;
    private int characters;

    Reader(String text, int start, char quote) {
      this.text = text;
      this.quote = quote;
      this.at = start + 1;
    }

    StringScan read() {
      while (at < text.length() && text.charAt(at) != quote) {
        characters++;
        int c = text.codePointAt(at);
        if (c == '\n') {
          return failure(NOT_TERMINATED);
        }
        if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
          return failure("invalid UTF-8 encoding");
        }
        at += Character.charCount(c);
        if (c != '\\') {
          append(c);
        } else if (!escape()) {
          return failure(at >= text.length() ? NOT_TERMINATED : BAD_ESCAPE);
        }
      }
      if (at == text.length()) {
        return failure(NOT_TERMINATED);
      }
      if (quote == '\'' && characters != 1) {
        return failure("invalid char literal");
      }
      return decoded();
    }

    private StringScan decoded() {
      try {
        String value =
            StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes.toByteArray()))
                .toString();
        return new StringScan(value, at + 1, null);
      } catch (CharacterCodingException e) {
        return failure("literal is not valid UTF-8; write bytes above \\x7f as whole characters");
      }
    }

    private boolean escape() {
      if (at == text.length()) {
        return false;
      }
      char c = text.charAt(at);
      if (c >= '0' && c <= '7') {
        return escapedByte(3, 8);
      }
      at++;
      switch (c) {
        case 'a' -> bytes.write(0x07);
        case 'b' -> bytes.write('\b');
        case 'f' -> bytes.write('\f');
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 't' -> bytes.write('\t');
        case 'v' -> bytes.write(0x0B);
        case '\\' -> bytes.write('\\');
        case 'x' -> {
          return escapedByte(2, 16);
        }
        case 'u' -> {
          return escapedCharacter(4);
        }
        case 'U' -> {
          return escapedCharacter(8);
        }
        default -> {
          bytes.write(quote);
          return c == quote;
        }
      }
      return true;
    }

    private boolean escapedByte(int digits, int base) {
      long value = digits(digits, base);
      if (value < 0 || value > 0xFF) {
        return false;
      }
      bytes.write((int) value);
      return true;
    }

    private boolean escapedCharacter(int digits) {
      long value = digits(digits, 16);
      if (value < 0
          || value > Character.MAX_CODE_POINT
          || (value >= Character.MIN_SURROGATE && value <= Character.MAX_SURROGATE)) {
        return false;
      }
      append((int) value);
      return true;
    }

    /** Returns -1 if there are not that many digits. */
    private long digits(int count, int base) {
      long value = 0;
      for (int i = 0; i < count; i++) {
        int digit = at < text.length() ? Character.digit(text.charAt(at), base) : -1;
        if (digit < 0 || text.charAt(at) >= 0x80) {
          return -1;
        }
        value = value * base + digit;
        at++;
      }
      return value;
    }

    private void append(int codePoint) {
      if (codePoint < 0x80) {
        bytes.write(codePoint);
      } else {
        bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
