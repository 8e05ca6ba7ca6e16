package io.skald.common.values;

import io.skald.common.model.Quoting;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Floating point numbers as Go's {@code strconv} and {@code fmt} packages read and print them. */
public final class GoFloat {
  /** Integers up to here print exactly as a long: 2^53. */
  private static final double MAX_EXACT_INTEGER = 9007199254740992.0;

  private GoFloat() {}

  /**
   * Parses as Go's {@code strconv.ParseFloat(text, 64)}: a decimal or hexadecimal floating point
   * literal with optional sign and with underscores between digits, or Inf, Infinity, NaN in any
   * case.
   *
   * @throws NumberFormatException with Go's message, also when the value overflows
   */
  public static double parse(String text) {
    Double special = special(text);
    if (special != null) {
      return special;
    }
    if (!isFloatLiteral(text) || !underscoresSeparateDigits(text)) {
      throw failure(text, "invalid syntax");
    }
    double value = Double.parseDouble(text.replace("_", ""));
    if (Double.isInfinite(value)) {
      throw failure(text, "value out of range");
    }
    return value;
  }

  /**
   * Prints the shortest decimal that reads back as {@code value}, never with an exponent: {@code
   * 0.0000001}, {@code 1000000000000000000000}, {@code NaN}, {@code +Inf}, {@code -Inf}.
   */
  public static String formatShortest(double value) {
    if (value == Math.rint(value) && Math.abs(value) < MAX_EXACT_INTEGER) {
      return value == 0 && 1 / value < 0 ? "-0" : Long.toString((long) value);
    }
    return Double.isFinite(value) ? shortestDecimal(value).toPlainString() : formatSpecial(value);
  }

  /**
   * Prints as Go's {@code %v}: shortest digits, with an exponent of at least two digits when the
   * decimal exponent is below -4 or above 5: {@code 100000}, {@code 1e+06}, {@code 1e-05}.
   */
  public static String formatGoValue(double value) {
    if (!Double.isFinite(value)) {
      return formatSpecial(value);
    }
    if (value == 0) {
      return formatShortest(value);
    }
    BigDecimal decimal = shortestDecimal(value);
    int exponent = decimal.precision() - decimal.scale() - 1;
    if (exponent >= -4 && exponent < 6) {
      return decimal.toPlainString();
    }
    return withExponent(decimal, exponent);
  }

  /**
   * Prints the shortest digits that read back as {@code value}, always with an exponent of at least
   * two digits: {@code 2e+00}, {@code 1.5e-03}, {@code NaN}.
   */
  public static String formatExponent(double value) {
    if (!Double.isFinite(value)) {
      return formatSpecial(value);
    }
    if (value == 0) {
      return formatShortest(value) + "e+00";
    }
    BigDecimal decimal = shortestDecimal(value);
    return withExponent(decimal, decimal.precision() - decimal.scale() - 1);
  }

  private static String withExponent(BigDecimal decimal, int exponent) {
    String digits = decimal.unscaledValue().abs().toString();
    StringBuilder out = new StringBuilder(digits.length() + 8);
    if (decimal.signum() < 0) {
      out.append('-');
    }
    out.append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    out.append('e').append(exponent < 0 ? '-' : '+');
    int magnitude = Math.abs(exponent);
    if (magnitude < 10) {
      out.append('0');
    }
    return out.append(magnitude).toString();
  }

  /**
   * Returns the shortest decimal of a finite, non-zero value, without trailing zeros. {@link
   * Double#toString} is shortest too, but never below two digits (it prints 4.9E-324 where one
   * digit is enough), so a two-digit result is tried with one.
   */
  private static BigDecimal shortestDecimal(double value) {
    BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    if (decimal.precision() == 2) {
      BigDecimal rounded = decimal.round(new MathContext(1)).stripTrailingZeros();
      if (rounded.doubleValue() == value) {
        return rounded;
      }
    }
    return decimal;
  }

  private static String formatSpecial(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return value > 0 ? "+Inf" : "-Inf";
  }

  private static @Nullable Double special(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "nan" -> Double.NaN;
      case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
      case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
      default -> null;
    };
  }

  /** Checks the shape with underscores counted as digits. */
  private static boolean isFloatLiteral(String text) {
    int at = skipSign(text, 0);
    boolean hex = text.regionMatches(true, at, "0x", 0, 2);
    if (hex) {
      at += 2;
    }
    int integerEnd = skipDigits(text, at, hex);
    int digits = countDigits(text, at, integerEnd);
    at = integerEnd;
    if (at < text.length() && text.charAt(at) == '.') {
      int fractionEnd = skipDigits(text, at + 1, hex);
      digits += countDigits(text, at + 1, fractionEnd);
      at = fractionEnd;
    }
    if (digits == 0) {
      return false;
    }
    if (at == text.length()) {
      // A hexadecimal mantissa needs its p exponent.
      return !hex;
    }
    if (Character.toLowerCase(text.charAt(at)) != (hex ? 'p' : 'e')) {
      return false;
    }
    at = skipSign(text, at + 1);
    int end = skipDigits(text, at, false);
    return end == text.length() && end > at && text.charAt(at) != '_';
  }

  private static int skipSign(String text, int at) {
    return at < text.length() && (text.charAt(at) == '+' || text.charAt(at) == '-') ? at + 1 : at;
  }

  private static int skipDigits(String text, int at, boolean hex) {
    while (at < text.length() && (text.charAt(at) == '_' || isDigit(text.charAt(at), hex))) {
      at++;
    }
    return at;
  }

  private static int countDigits(String text, int from, int to) {
    int count = 0;
    for (int i = from; i < to; i++) {
      count += text.charAt(i) == '_' ? 0 : 1;
    }
    return count;
  }

  private static boolean isDigit(char c, boolean hex) {
    return (c >= '0' && c <= '9') || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
  }

  /** Go's rule: an underscore stands between two digits, or between {@code 0x} and a digit. */
  private static boolean underscoresSeparateDigits(String text) {
    if (text.indexOf('_') < 0) {
      return true;
    }
    int at = skipSign(text, 0);
    boolean hex = text.regionMatches(true, at, "0x", 0, 2);
    char previous = hex ? '0' : '!';
    for (int i = hex ? at + 2 : at; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '_') {
        if (previous != '0') {
          return false;
        }
        previous = '_';
      } else if (isDigit(c, hex)) {
        previous = '0';
      } else if (previous == '_') {
        return false;
      } else {
        previous = '!';
      }
    }
    return previous != '_';
  }

  private static NumberFormatException failure(String text, String cause) {
    return new NumberFormatException(
        "strconv.ParseFloat: parsing " + Quoting.quote(text) + ": " + cause);
  }
}
