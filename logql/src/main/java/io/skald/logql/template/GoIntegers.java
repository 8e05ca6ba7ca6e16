package io.skald.logql.template;

/** Integers as Go's {@code strconv.ParseInt(text, base, 64)} reads them. */
final class GoIntegers {
  private GoIntegers() {}

  /**
   * Parses an integer.
   *
   * @param base 10, or 0 to let a prefix decide (0x, 0o or 0, 0b) and to allow underscores between
   *     digits
   * @throws NumberFormatException with Go's message
   */
  static long parse(String text, int base) {
    int at = !text.isEmpty() && (text.charAt(0) == '-' || text.charAt(0) == '+') ? 1 : 0;
    boolean negative = at == 1 && text.charAt(0) == '-';
    int radix = base;
    if (base == 0) {
      radix = prefixRadix(text, at);
      at += prefixLength(text, at, radix);
    }
    String digits = text.substring(at);
    if (base == 0 && digits.indexOf('_') >= 0) {
      if (!underscoresSeparateDigits(digits, radix != 10)) {
        throw failure(text, "invalid syntax");
      }
      digits = digits.replace("_", "");
    }
    if (digits.isEmpty() || !digits.chars().allMatch(c -> digitValue(c) >= 0)) {
      throw failure(text, "invalid syntax");
    }
    return value(text, digits, radix, negative);
  }

  private static long value(String text, String digits, int radix, boolean negative) {
    long value = 0;
    boolean overflow = false;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digitValue(digits.charAt(i));
      if (digit >= radix) {
        throw failure(text, "invalid syntax");
      }
      long next = value * radix - digit;
      overflow |= value < (Long.MIN_VALUE + digit) / radix;
      value = next;
    }
    if (overflow || (!negative && value == Long.MIN_VALUE)) {
      throw failure(text, "value out of range");
    }
    return negative ? value : -value;
  }

  private static int prefixRadix(String text, int at) {
    if (at + 1 >= text.length() || text.charAt(at) != '0') {
      return 10;
    }
    return switch (text.charAt(at + 1)) {
      case 'x', 'X' -> 16;
      case 'b', 'B' -> 2;
      default -> 8;
    };
  }

  private static int prefixLength(String text, int at, int radix) {
    if (radix == 10) {
      return 0;
    }
    return radix == 8 && Character.toLowerCase(text.charAt(at + 1)) != 'o' ? 1 : 2;
  }

  private static int digitValue(int c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  /** Go's rule: an underscore stands between digits, or between a prefix and a digit. */
  private static boolean underscoresSeparateDigits(String digits, boolean afterPrefix) {
    return !digits.endsWith("_")
        && !digits.contains("__")
        && (afterPrefix || !digits.startsWith("_"));
  }

  private static NumberFormatException failure(String text, String cause) {
    return new NumberFormatException(
        "strconv.ParseInt: parsing " + GoQuote.quote(text) + ": " + cause);
  }
}
