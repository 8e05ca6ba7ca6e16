package io.skald.logql.syntax;

import io.skald.common.values.ByteSize;
import io.skald.common.values.GoDuration;
import io.skald.common.values.GoFloat;
import io.skald.common.values.PrometheusDuration;
import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The values of numbers, durations and sizes that stand in a query, and their canonical text. */
final class Literals {
  /** Stricter than what label values may hold: no space, no lower-case mb, nothing above peta. */
  private static final Pattern BYTES =
      Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(B|[kK]B?|[MGTP]B?|[KMGTP]iB?)");

  private static final BigDecimal MAX_BYTES = BigDecimal.valueOf(Long.MAX_VALUE);

  private Literals() {}

  /** Returns whether {@code text} is a duration: Prometheus style, or else Go style. */
  static boolean isDuration(String text) {
    try {
      durationNanos(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * @throws IllegalArgumentException if the text is no duration
   */
  static long durationNanos(String text) {
    String magnitude = text.startsWith("-") ? text.substring(1) : text;
    try {
      long nanos = PrometheusDuration.parse(magnitude);
      return magnitude.length() < text.length() ? -nanos : nanos;
    } catch (IllegalArgumentException e) {
      return GoDuration.parse(text);
    }
  }

  static boolean isBytes(String text) {
    return BYTES.matcher(text).matches();
  }

  /**
   * Returns the exact size, rounded down to whole bytes.
   *
   * @param text for which {@link #isBytes} holds
   * @throws ArithmeticException if the size does not fit a long
   */
  static long bytes(String text) {
    Matcher matcher = BYTES.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a size: " + text);
    }
    BigDecimal bytes =
        new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitBytes(matcher.group(2))));
    if (bytes.compareTo(MAX_BYTES) > 0) {
      throw new ArithmeticException("size out of range: " + text);
    }
    return bytes.longValue();
  }

  /** Prints the largest SI unit where that reads back as the same size, plain bytes otherwise. */
  static String printBytes(long bytes) {
    String rounded = ByteSize.formatSi(bytes);
    return isBytes(rounded) && bytes(rounded) == bytes ? rounded : bytes + "B";
  }

  /**
   * Prints a number so that it reads back as the same literal. The language has no literal for
   * infinity and NaN, but arithmetic on literals is done while parsing; a bare -0 would read as a
   * duration.
   */
  static String printNumber(double value) {
    if (Double.isNaN(value)) {
      return "(0 / 0)";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "(1e+308 * 10)" : "(-1e+308 * 10)";
    }
    if (value == 0 && 1 / value < 0) {
      return "-0.0";
    }
    return GoFloat.formatGoValue(value);
  }

  private static long unitBytes(String unit) {
    long step = unit.contains("i") ? 1024 : 1000;
    int power = "BKMGTP".indexOf(Character.toUpperCase(unit.charAt(0)));
    long bytes = 1;
    for (int i = 0; i < power; i++) {
      bytes *= step;
    }
    return bytes;
  }
}
