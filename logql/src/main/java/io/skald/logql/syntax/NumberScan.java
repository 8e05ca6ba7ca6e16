package io.skald.logql.syntax;

import org.jspecify.annotations.Nullable;

/**
 * Finds the end of a number literal (Go specification, "Integer literals" and "Floating-point
 * literals"): decimal with fraction and exponent, and the prefixed forms, which the language then
 * refuses to evaluate.
 *
 * @param end index behind the number
 * @param error why it is no number, as Go's {@code text/scanner} words it, or null
 */
record NumberScan(int end, @Nullable String error) {
  static NumberScan scan(String text, int start) {
    int base = base(text, start);
    boolean prefixed = base != 10;
    int at = digits(text, prefixed ? start + 2 : start, base);
    boolean fraction = charAt(text, at) == '.';
    if (fraction) {
      at = digits(text, at + 1, base);
    }
    String mantissa = text.substring(start, at);
    if (prefixed && mantissa.chars().skip(2).noneMatch(Character::isLetterOrDigit)) {
      return new NumberScan(at, name(base) + " has no digits");
    }
    char mark = Character.toLowerCase(charAt(text, at));
    boolean exponent = mark == 'p' || (mark == 'e' && base != 16);
    if (exponent) {
      return exponent(text, start, at, mark, base);
    }
    if (base == 16 && fraction) {
      return new NumberScan(at, "hexadecimal mantissa requires a 'p' exponent");
    }
    return new NumberScan(at, mantissaError(mantissa, base, fraction));
  }

  private static NumberScan exponent(String text, int start, int at, char mark, int base) {
    if (mark == 'e' && base != 10) {
      return new NumberScan(at, "'e' exponent requires decimal mantissa");
    }
    if (mark == 'p' && base != 16) {
      return new NumberScan(at, "'p' exponent requires hexadecimal mantissa");
    }
    int from = at + 1;
    if (charAt(text, from) == '+' || charAt(text, from) == '-') {
      from++;
    }
    int end = digits(text, from, 10);
    if (end == from || text.substring(from, end).chars().allMatch(c -> c == '_')) {
      return new NumberScan(end, "exponent has no digits");
    }
    return new NumberScan(end, separatorError(text.substring(start, end)));
  }

  private static @Nullable String mantissaError(String mantissa, int base, boolean fraction) {
    if (fraction && (base == 8 || base == 2)) {
      return "invalid radix point in " + name(base);
    }
    // A leading zero makes a whole number octal, as in C.
    boolean legacyOctal = base == 10 && !fraction && mantissa.startsWith("0");
    int allowed = legacyOctal ? 8 : base;
    for (int i = base == 10 ? 0 : 2; allowed < 10 && i < mantissa.length(); i++) {
      char c = mantissa.charAt(i);
      if (c != '_' && c >= '0' + allowed) {
        return "invalid digit '" + c + "' in " + name(allowed);
      }
    }
    return separatorError(mantissa);
  }

  private static @Nullable String separatorError(String number) {
    for (int i = number.indexOf('_'); i >= 0; i = number.indexOf('_', i + 1)) {
      boolean afterPrefix = i == 2 && !Character.isDigit(number.charAt(1));
      boolean afterDigit = i > 0 && Character.digit(number.charAt(i - 1), 16) >= 0;
      boolean beforeDigit =
          i + 1 < number.length() && Character.digit(number.charAt(i + 1), 16) >= 0;
      if (!(afterDigit || afterPrefix) || !beforeDigit) {
        return "'_' must separate successive digits";
      }
    }
    return null;
  }

  private static int base(String text, int start) {
    if (charAt(text, start) != '0') {
      return 10;
    }
    return switch (Character.toLowerCase(charAt(text, start + 1))) {
      case 'x' -> 16;
      case 'o' -> 8;
      case 'b' -> 2;
      default -> 10;
    };
  }

  private static String name(int base) {
    return switch (base) {
      case 2 -> "binary literal";
      case 8 -> "octal literal";
      case 16 -> "hexadecimal literal";
      default -> "decimal literal";
    };
  }

  private static int digits(String text, int from, int base) {
    int end = from;
    // Digits that do not fit the base are read and refused later.
    while (end < text.length()
        && (text.charAt(end) == '_' || isDigit(text.charAt(end), Math.max(base, 10)))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c, int base) {
    return c < 0x80 && Character.digit(c, base) >= 0;
  }

  private static char charAt(String text, int index) {
    return index < text.length() ? text.charAt(index) : 0;
  }
}
