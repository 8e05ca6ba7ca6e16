package io.skald.logql.template;

/** Standard base64 with padding; line breaks are skipped, and an error names the byte, as in Go. */
final class Base64Text {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

  private final String text;
  private final StringBuilder out;
  private int position;

  private Base64Text(String text) {
    this.text = text;
    this.out = new StringBuilder(text.length() * 3 / 4);
  }

  /** Returns the decoded bytes, or, as templates have it, the text of the error. */
  static String decode(String text) {
    Base64Text decoder = new Base64Text(text);
    int corrupt = decoder.run();
    return corrupt < 0 ? decoder.out.toString() : "illegal base64 data at input byte " + corrupt;
  }

  /** Returns the position of the first wrong byte, or -1. */
  private int run() {
    int bits = 0;
    int digits = 0;
    while (position < text.length()) {
      char c = text.charAt(position);
      int value = ALPHABET.indexOf(c);
      if (c == '=') {
        return padding(bits, digits);
      }
      position++;
      if (c == '\n' || c == '\r') {
        continue;
      }
      if (value < 0) {
        return position - 1;
      }
      bits = bits << 6 | value;
      digits++;
      if (digits == 4) {
        append(bits, 3);
        bits = 0;
        digits = 0;
      }
    }
    return digits == 0 ? -1 : text.length() - digits;
  }

  /** Takes the one or two equals signs that fill up the last group. */
  private int padding(int bits, int digits) {
    int first = position;
    if (digits < 2) {
      return first;
    }
    position++;
    if (digits == 2) {
      skipLineBreaks();
      if (position == text.length()) {
        return text.length();
      }
      if (text.charAt(position) != '=') {
        return position - 1;
      }
      position++;
    }
    skipLineBreaks();
    if (position < text.length()) {
      return position;
    }
    append(bits << (6 * (4 - digits)), digits - 1);
    return -1;
  }

  private void skipLineBreaks() {
    while (position < text.length()
        && (text.charAt(position) == '\n' || text.charAt(position) == '\r')) {
      position++;
    }
  }

  private void append(int bits, int bytes) {
    for (int i = 0; i < bytes; i++) {
      out.append((char) ((bits >> (16 - 8 * i)) & 0xFF));
    }
  }
}
