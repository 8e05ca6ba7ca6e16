package io.skald.common.push;

import java.util.Locale;

/** The media type of a header (RFC 9110, section 8.3.1), without its parameters. */
final class MediaType {
  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  private MediaType() {}

  /**
   * Returns the type in lower case.
   *
   * @throws PushDecodeException if there is none
   */
  static String parse(String header) {
    int semicolon = header.indexOf(';');
    String type =
        (semicolon < 0 ? header : header.substring(0, semicolon)).strip().toLowerCase(Locale.ROOT);
    int first = tokenEnd(type, 0);
    if (first == 0) {
      throw PushDecodeException.malformed("mime: no media type");
    }
    if (first == type.length()) {
      return type;
    }
    if (type.charAt(first) != '/') {
      throw PushDecodeException.malformed("mime: expected slash after first token");
    }
    int second = tokenEnd(type, first + 1);
    if (second == first + 1) {
      throw PushDecodeException.malformed("mime: expected token after slash");
    }
    if (second != type.length()) {
      throw PushDecodeException.malformed("mime: unexpected content after media subtype");
    }
    return type;
  }

  private static int tokenEnd(String text, int from) {
    int i = from;
    while (i < text.length() && isTokenCharacter(text.charAt(i))) {
      i++;
    }
    return i;
  }

  private static boolean isTokenCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || TOKEN_MARKS.indexOf(c) >= 0;
  }
}
