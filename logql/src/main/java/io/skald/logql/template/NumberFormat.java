package io.skald.logql.template;

import io.skald.common.values.GoFloat;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Integers and floats as Go's packages fmt and strconv print them. */
final class NumberFormat {
  /** What %e, %f and %#g use when no precision is given. */
  private static final int DEFAULT_PRECISION = 6;

  private NumberFormat() {}

  /**
   * Appends an integer.
   *
   * @param verb one of v d b o O x X
   */
  static void integer(StringBuilder out, FormatFlags flags, long value, int verb) {
    int base =
        switch (verb) {
          case 'b' -> 2;
          case 'o', 'O' -> 8;
          case 'x', 'X' -> 16;
          default -> 10;
        };
    if (flags.hasPrecision() && flags.precision == 0 && value == 0) {
      flags.padding(out, flags.width, false);
      return;
    }
    boolean negative = value < 0;
    String digits = Long.toUnsignedString(negative ? -value : value, base);
    if (verb == 'X') {
      digits = digits.toUpperCase(Locale.ROOT);
    }
    boolean hasSign = negative || flags.plus || flags.space;
    int wanted = 0;
    if (flags.hasPrecision()) {
      wanted = flags.precision;
    } else if (flags.zero && flags.hasWidth()) {
      wanted = flags.width - (hasSign ? 1 : 0);
    }
    StringBuilder text = new StringBuilder();
    text.append(negative ? "-" : flags.plus ? "+" : flags.space ? " " : "");
    String zeros = "0".repeat(Math.max(0, wanted - digits.length()));
    text.append(verb == 'O' ? "0o" : "");
    text.append(flags.sharp ? prefix(base, verb, zeros + digits) : "");
    flags.padWithSpaces(out, text.append(zeros).append(digits).toString());
  }

  private static String prefix(int base, int verb, String digits) {
    return switch (base) {
      case 2 -> "0b";
      case 8 -> digits.startsWith("0") ? "" : "0";
      case 16 -> verb == 'X' ? "0X" : "0x";
      default -> "";
    };
  }

  /** Appends a code point as {@code U+0041}, with the sharp flag as {@code U+0041 'A'}. */
  static void unicode(StringBuilder out, FormatFlags flags, long value) {
    String digits = Long.toHexString(value).toUpperCase(Locale.ROOT);
    int wanted = Math.max(4, flags.precision);
    StringBuilder text = new StringBuilder("U+");
    text.repeat('0', Math.max(0, wanted - digits.length())).append(digits);
    if (flags.sharp && value >= 0 && value <= 0x10FFFF && GoQuote.isPrintable((int) value)) {
      text.append(" '").append(ByteStrings.ofRune((int) value)).append('\'');
    }
    flags.padWithSpaces(out, text.toString());
  }

  /**
   * Appends a float.
   *
   * @param verb one of v b g G x X f F e E
   */
  static void floating(StringBuilder out, FormatFlags flags, double value, int verb) {
    String number = unsignedText(flags, Math.abs(value), verb);
    boolean negative = value < 0 || (value == 0 && 1 / value < 0);
    String sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
    if (!Double.isFinite(value)) {
      boolean bareInfinity = Double.isInfinite(value) && sign.isEmpty();
      flags.padWithSpaces(out, bareInfinity ? "+Inf" : sign + number);
      return;
    }
    if (flags.sharp && verb != 'b') {
      number = withPoint(number, flags, verb);
    }
    if (flags.zero && flags.width > sign.length() + number.length()) {
      out.append(sign);
      flags.padding(out, flags.width - sign.length() - number.length(), true);
      out.append(number);
      return;
    }
    flags.pad(out, sign + number);
  }

  private static String unsignedText(FormatFlags flags, double value, int verb) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return "Inf";
    }
    int precision = flags.precision;
    return switch (verb) {
      case 'b' -> binary(value);
      case 'x' -> hexadecimal(value, precision);
      case 'X' -> hexadecimal(value, precision).toUpperCase(Locale.ROOT);
      case 'e' -> exponential(value, precision < 0 ? DEFAULT_PRECISION : precision);
      case 'E' ->
          exponential(value, precision < 0 ? DEFAULT_PRECISION : precision)
              .toUpperCase(Locale.ROOT);
      case 'f', 'F' -> fixed(value, precision < 0 ? DEFAULT_PRECISION : precision);
      case 'G' -> general(value, precision).toUpperCase(Locale.ROOT);
      default -> general(value, precision);
    };
  }

  private static String fixed(double value, int precision) {
    return new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
  }

  private static String exponential(double value, int precision) {
    if (value == 0) {
      return (precision == 0 ? "0" : "0." + "0".repeat(precision)) + "e+00";
    }
    BigDecimal exact = new BigDecimal(value);
    BigDecimal rounded = exact.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    return exponential(rounded, precision);
  }

  /**
   * @param fractionDigits how many digits stand after the point
   */
  private static String exponential(BigDecimal value, int fractionDigits) {
    int exponent = value.precision() - value.scale() - 1;
    StringBuilder digits = new StringBuilder(value.unscaledValue().toString());
    digits.repeat('0', Math.max(0, fractionDigits + 1 - digits.length()));
    digits.setLength(fractionDigits + 1);
    if (fractionDigits > 0) {
      digits.insert(1, '.');
    }
    digits.append(exponent < 0 ? "e-" : "e+");
    return digits.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent)).toString();
  }

  private static String general(double value, int precision) {
    if (precision < 0 || value == 0) {
      return GoFloat.formatGoValue(value);
    }
    int digits = Math.max(1, precision);
    BigDecimal rounded =
        new BigDecimal(value)
            .round(new MathContext(digits, RoundingMode.HALF_EVEN))
            .stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    // With fewer significant digits than asked for, an integer is still written in full.
    int limit = digits;
    if (limit > rounded.precision() && rounded.precision() > exponent) {
      limit = rounded.precision();
    }
    return exponent < -4 || exponent >= limit
        ? exponential(rounded, rounded.precision() - 1)
        : rounded.toPlainString();
  }

  /** Returns the mantissa as an integer, and the power of two: {@code 4503599627370496p-52}. */
  private static String binary(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int biased = (int) (bits >>> 52);
    long mantissa = bits & 0xFFFFFFFFFFFFFL;
    int exponent = (biased == 0 ? 1 : biased) - 1023 - 52;
    if (biased != 0) {
      mantissa |= 1L << 52;
    }
    return mantissa + "p" + (exponent < 0 ? "" : "+") + exponent;
  }

  /** Returns {@code 0x1.8p+01}: one digit before the point, an exponent of at least two digits. */
  private static String hexadecimal(double value, int precision) {
    if (value == 0) {
      return "0x0" + (precision > 0 ? "." + "0".repeat(precision) : "") + "p+00";
    }
    int exponent = Math.getExponent(Math.max(value, Double.MIN_NORMAL));
    long mantissa = Double.doubleToRawLongBits(value) & 0xFFFFFFFFFFFFFL;
    if (value >= Double.MIN_NORMAL) {
      mantissa |= 1L << 52;
    } else {
      int shift = Long.numberOfLeadingZeros(mantissa) - 11;
      mantissa <<= shift;
      exponent -= shift;
    }
    if (precision >= 0 && precision < 13) {
      int dropped = 4 * (13 - precision);
      mantissa = roundHalfEven(mantissa, dropped) << dropped;
      if (mantissa >> 53 != 0) {
        mantissa >>= 1;
        exponent++;
      }
    }
    String fraction = String.format("%013x", mantissa & 0xFFFFFFFFFFFFFL);
    if (precision < 0) {
      fraction = fraction.replaceAll("0+$", "");
    } else {
      fraction = (fraction + "0".repeat(Math.max(0, precision - 13))).substring(0, precision);
    }
    String sign = exponent < 0 ? "-" : "+";
    String magnitude = (Math.abs(exponent) < 10 ? "0" : "") + Math.abs(exponent);
    return "0x1" + (fraction.isEmpty() ? "" : "." + fraction) + "p" + sign + magnitude;
  }

  private static long roundHalfEven(long value, int droppedBits) {
    long kept = value >> droppedBits;
    long rest = value & ((1L << droppedBits) - 1);
    long half = 1L << (droppedBits - 1);
    return rest > half || (rest == half && (kept & 1) == 1) ? kept + 1 : kept;
  }

  /** The sharp flag: always a point, and for the general verbs the zeros up to the precision. */
  private static String withPoint(String number, FormatFlags flags, int verb) {
    int missing =
        switch (verb) {
          case 'v', 'g', 'G', 'x' -> flags.hasPrecision() ? flags.precision : DEFAULT_PRECISION;
          default -> 0;
        };
    boolean isHex = verb == 'x' || verb == 'X';
    int tailStart = number.length();
    boolean hasPoint = false;
    boolean sawNonzero = false;
    for (int i = 0; i < tailStart; i++) {
      char c = number.charAt(i);
      if (c == '.') {
        hasPoint = true;
      } else if (c == 'p' || c == 'P' || (!isHex && (c == 'e' || c == 'E'))) {
        tailStart = i;
      } else {
        sawNonzero |= c != '0';
        missing -= sawNonzero ? 1 : 0;
      }
    }
    StringBuilder out = new StringBuilder(number.substring(0, tailStart));
    if (!hasPoint) {
      missing -= tailStart == 1 && number.charAt(0) == '0' ? 1 : 0;
      out.append('.');
    }
    out.repeat('0', Math.max(0, missing));
    return out.append(number, tailStart, number.length()).toString();
  }
}
