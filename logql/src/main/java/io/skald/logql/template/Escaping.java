package io.skald.logql.template;

import java.util.Locale;

/** Texts made safe for HTML, JavaScript and URLs, as Go's text/template and net/url do it. */
final class Escaping {
  private static final String HEX = "0123456789ABCDEF";

  private Escaping() {}

  static String html(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '"' -> out.append("&#34;");
        case '\'' -> out.append("&#39;");
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case 0 -> ByteStrings.appendRune(out, ByteStrings.REPLACEMENT);
        default -> out.append(text.charAt(i));
      }
    }
    return out.toString();
  }

  static String javaScript(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i += ByteStrings.runeLength(text, i)) {
      int rune = ByteStrings.runeAt(text, i);
      switch (rune) {
        case '\\', '\'', '"' -> out.append('\\').append((char) rune);
        case '<', '>', '&', '=' -> appendUnicodeEscape(out, rune);
        default -> {
          if (rune < ' ' || (rune >= 0x80 && !GoQuote.isPrintable(rune))) {
            appendUnicodeEscape(out, rune);
          } else {
            out.append(text, i, i + ByteStrings.runeLength(text, i));
          }
        }
      }
    }
    return out.toString();
  }

  private static void appendUnicodeEscape(StringBuilder out, int rune) {
    String digits = Integer.toHexString(rune).toUpperCase(Locale.ROOT);
    out.append("\\u").repeat('0', Math.max(0, 4 - digits.length())).append(digits);
  }

  /** Escapes for the query part of a URL: a space becomes a plus sign. */
  static String urlQuery(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ') {
        out.append('+');
      } else if (isUnreserved(c)) {
        out.append(c);
      } else {
        out.append('%').append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 15));
      }
    }
    return out.toString();
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.'
        || c == '~';
  }

  /** Reverses {@link #urlQuery}. */
  static String urlQueryDecoded(String text) throws FunctionException {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '+') {
        out.append(' ');
      } else if (c != '%') {
        out.append(c);
      } else {
        int high = i + 2 < text.length() ? hexDigit(text.charAt(i + 1)) : -1;
        int low = i + 2 < text.length() ? hexDigit(text.charAt(i + 2)) : -1;
        if (high < 0 || low < 0) {
          String shown = text.substring(i, Math.min(text.length(), i + 3));
          throw new FunctionException("invalid URL escape " + GoQuote.quote(shown));
        }
        out.append((char) (high << 4 | low));
        i += 2;
      }
    }
    return out.toString();
  }

  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
