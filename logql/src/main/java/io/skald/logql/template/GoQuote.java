package io.skald.logql.template;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Go's quoted literals over byte strings (Go specification, "String literals" and "Rune literals";
 * package strconv): printable characters stay, the others and invalid bytes are escaped.
 */
final class GoQuote {
  private GoQuote() {}

  static String quote(String byteString) {
    return quote(byteString, '"', false);
  }

  /** Returns the literal with everything outside ASCII escaped. */
  static String quoteAscii(String byteString) {
    return quote(byteString, '"', true);
  }

  static String quoteRune(int rune, boolean ascii) {
    StringBuilder out = new StringBuilder("'");
    appendRune(out, isRune(rune) ? rune : ByteStrings.REPLACEMENT, '\'', ascii);
    return out.append('\'').toString();
  }

  private static String quote(String byteString, char quote, boolean ascii) {
    StringBuilder out = new StringBuilder(byteString.length() + 2).append(quote);
    for (int i = 0; i < byteString.length(); ) {
      if (ByteStrings.isInvalidAt(byteString, i)) {
        out.append("\\x").append(hex(byteString.charAt(i), 2));
      } else {
        appendRune(out, ByteStrings.runeAt(byteString, i), quote, ascii);
      }
      i += ByteStrings.runeLength(byteString, i);
    }
    return out.append(quote).toString();
  }

  private static void appendRune(StringBuilder out, int rune, char quote, boolean ascii) {
    if (rune == quote || rune == '\\') {
      out.append('\\').append((char) rune);
      return;
    }
    if (isPrintable(rune) && (!ascii || rune < 0x80)) {
      ByteStrings.appendRune(out, rune);
      return;
    }
    switch (rune) {
      case 0x07 -> out.append("\\a");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case 0x0B -> out.append("\\v");
      default -> {
        if (rune < ' ' || rune == 0x7F) {
          out.append("\\x").append(hex(rune, 2));
        } else if (rune < 0x10000) {
          out.append("\\u").append(hex(rune, 4));
        } else {
          out.append("\\U").append(hex(rune, 8));
        }
      }
    }
  }

  /** Returns whether the string can be written between backquotes on one line. */
  static boolean canBackquote(String byteString) {
    for (int i = 0; i < byteString.length(); i += ByteStrings.runeLength(byteString, i)) {
      int rune = ByteStrings.runeAt(byteString, i);
      if (ByteStrings.isInvalidAt(byteString, i)
          || rune == 0xFEFF
          || (rune < ' ' && rune != '\t')
          || rune == '`'
          || rune == 0x7F) {
        return false;
      }
    }
    return true;
  }

  /** Returns a character as {@code U+0021 '!'}; without the quotes if it cannot be printed. */
  static String codePoint(int rune) {
    StringBuilder out = new StringBuilder("U+").append(hex(rune, 4).toUpperCase(Locale.ROOT));
    if (isPrintable(rune)) {
      out.append(" '");
      ByteStrings.appendRune(out, rune);
      out.append('\'');
    }
    return out.toString();
  }

  /** Letters, marks, numbers, punctuation, symbols and the ASCII space: Go's unicode.IsPrint. */
  static boolean isPrintable(int rune) {
    if (rune < 0x7F) {
      return rune >= 0x20;
    }
    return isRune(rune)
        && switch (Character.getType(rune)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.PRIVATE_USE,
              Character.UNASSIGNED,
              Character.SPACE_SEPARATOR,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              false;
          default -> true;
        };
  }

  /** Returns the content of a quoted or backquoted literal, or null if it is malformed. */
  static @Nullable String unquote(String literal) {
    int last = literal.length() - 1;
    if (last < 1 || literal.charAt(0) != literal.charAt(last)) {
      return null;
    }
    if (literal.charAt(0) == '`') {
      return literal.substring(1, last).replace("\r", "");
    }
    StringBuilder out = new StringBuilder(literal.length());
    for (int i = 1; i < last; ) {
      char c = literal.charAt(i);
      if (c == '\\') {
        i = appendEscape(out, literal, i, literal.charAt(0));
        if (i < 0 || i > last) {
          return null;
        }
      } else if (c == '\n' || c == literal.charAt(0)) {
        return null;
      } else {
        out.append(c);
        i++;
      }
    }
    return out.toString();
  }

  /**
   * Returns the character of a literal in single quotes; -1 if a part is malformed, -2 if it is not
   * exactly one character.
   */
  static int unquoteChar(String literal) {
    if (literal.length() < 2 || literal.charAt(1) == '\'') {
      return -1;
    }
    int next;
    int rune;
    if (literal.charAt(1) == '\\') {
      StringBuilder out = new StringBuilder();
      next = appendEscape(out, literal, 1, '\'');
      if (next < 0) {
        return -1;
      }
      char kind = literal.charAt(2);
      boolean isByte = kind == 'x' || isOctal(kind);
      rune = isByte ? out.charAt(0) : ByteStrings.runeAt(out.toString(), 0);
    } else {
      rune = ByteStrings.runeAt(literal, 1);
      next = 1 + ByteStrings.runeLength(literal, 1);
    }
    return next == literal.length() - 1 && literal.charAt(next) == '\'' ? rune : -2;
  }

  /** Appends the escape at {@code index}; returns the index after it, or -1 if it is malformed. */
  private static int appendEscape(StringBuilder out, String literal, int index, char quote) {
    if (index + 1 >= literal.length()) {
      return -1;
    }
    char kind = literal.charAt(index + 1);
    int simple = "abfnrtv\\".indexOf(kind);
    if (simple >= 0) {
      out.append("\u0007\b\f\n\r\t\u000B\\".charAt(simple));
      return index + 2;
    }
    return switch (kind) {
      case '\'', '"' -> {
        out.append(kind);
        yield kind == quote ? index + 2 : -1;
      }
      case 'x' -> appendByte(out, digits(literal, index + 2, 2, 16), index + 4);
      case 'u', 'U' -> {
        int length = kind == 'u' ? 4 : 8;
        int value = digits(literal, index + 2, length, 16);
        ByteStrings.appendRune(out, value);
        yield isRune(value) ? index + 2 + length : -1;
      }
      default -> appendByte(out, digits(literal, index + 1, 3, 8), index + 4);
    };
  }

  private static int appendByte(StringBuilder out, int value, int next) {
    out.append((char) value);
    return value >= 0 && value <= 255 ? next : -1;
  }

  private static int digits(String literal, int from, int count, int radix) {
    if (from + count > literal.length()) {
      return -1;
    }
    long value = 0;
    for (int i = from; i < from + count; i++) {
      char c = literal.charAt(i);
      int digit = c < 0x80 ? Character.digit(c, radix) : -1;
      if (digit < 0) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value > 0x10FFFF ? -1 : (int) value;
  }

  private static boolean isOctal(char c) {
    return c >= '0' && c <= '7';
  }

  private static boolean isRune(int rune) {
    return rune >= 0 && rune <= 0x10FFFF && (rune < 0xD800 || rune > 0xDFFF);
  }

  private static String hex(int value, int width) {
    String digits = Integer.toHexString(value);
    return "0".repeat(Math.max(0, width - digits.length())) + digits;
  }
}
