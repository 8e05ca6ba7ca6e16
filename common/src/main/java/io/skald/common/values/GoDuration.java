package io.skald.common.values;

import java.nio.charset.StandardCharsets;

/**
 * Durations as Go's {@code time.Duration} reads and prints them: {@code 1h30m}, {@code 1.5s},
 * {@code -250ms}. Nanoseconds; there are no days.
 */
public final class GoDuration {
  private static final long MICROSECOND = 1_000;
  private static final long MILLISECOND = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long HOUR = 60 * MINUTE;

  private GoDuration() {}

  /**
   * Parses as Go's {@code time.ParseDuration}: an optional sign, then decimal numbers with a unit
   * each (ns us µs ms s m h), or a bare 0.
   *
   * @return nanoseconds
   * @throws IllegalArgumentException with Go's message
   */
  public static long parse(String text) {
    boolean negative = text.startsWith("-");
    int at = negative || text.startsWith("+") ? 1 : 0;
    if (text.length() == at + 1 && text.charAt(at) == '0') {
      return 0;
    }
    if (at == text.length()) {
      throw invalid(text);
    }
    // The sum is unsigned, so that the most negative duration can be read.
    long total = 0;
    while (at < text.length()) {
      int end = numberEnd(text, at);
      int unitEnd = unitEnd(text, end);
      if (end == at || (end == at + 1 && text.charAt(at) == '.')) {
        throw invalid(text);
      }
      if (unitEnd == end) {
        throw new IllegalArgumentException("time: missing unit in duration " + quote(text));
      }
      long unit = unitNanos(text.substring(end, unitEnd));
      if (unit == 0) {
        throw new IllegalArgumentException(
            "time: unknown unit "
                + quote(text.substring(end, unitEnd))
                + " in duration "
                + quote(text));
      }
      total = addUnsigned(text, total, scaled(text, at, end, unit));
      at = unitEnd;
    }
    if (negative) {
      return -total;
    }
    if (total < 0) {
      throw invalid(text);
    }
    return total;
  }

  /**
   * Prints as Go's {@code Duration.String}: {@code 1h0m0s}, {@code 1.5s}, {@code 250ms}, {@code
   * 0s}.
   */
  public static String format(long nanos) {
    if (nanos == 0) {
      return "0s";
    }
    // Unsigned from here on: the negation of the most negative long is itself.
    long magnitude = nanos < 0 ? -nanos : nanos;
    StringBuilder out = new StringBuilder(24);
    if (nanos < 0) {
      out.append('-');
    }
    if (Long.compareUnsigned(magnitude, SECOND) < 0) {
      return appendSubSecond(out, magnitude).toString();
    }
    long seconds = Long.divideUnsigned(magnitude, SECOND);
    if (seconds >= 3600) {
      out.append(seconds / 3600).append('h');
    }
    if (seconds >= 60) {
      out.append(seconds / 60 % 60).append('m');
    }
    out.append(seconds % 60);
    appendFraction(out, Long.remainderUnsigned(magnitude, SECOND), 9);
    return out.append('s').toString();
  }

  private static StringBuilder appendSubSecond(StringBuilder out, long nanos) {
    if (nanos < MICROSECOND) {
      return out.append(nanos).append("ns");
    }
    if (nanos < MILLISECOND) {
      out.append(nanos / MICROSECOND);
      appendFraction(out, nanos % MICROSECOND, 3);
      return out.append("µs");
    }
    out.append(nanos / MILLISECOND);
    appendFraction(out, nanos % MILLISECOND, 6);
    return out.append("ms");
  }

  private static void appendFraction(StringBuilder out, long fraction, int digits) {
    if (fraction == 0) {
      return;
    }
    String text = Long.toString(fraction);
    String padded = "0".repeat(digits - text.length()) + text;
    int end = padded.length();
    while (padded.charAt(end - 1) == '0') {
      end--;
    }
    out.append('.').append(padded, 0, end);
  }

  private static int numberEnd(String text, int at) {
    while (at < text.length() && isDigit(text.charAt(at))) {
      at++;
    }
    if (at < text.length() && text.charAt(at) == '.') {
      at++;
      while (at < text.length() && isDigit(text.charAt(at))) {
        at++;
      }
    }
    return at;
  }

  private static int unitEnd(String text, int at) {
    while (at < text.length() && text.charAt(at) != '.' && !isDigit(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Returns 0 for an unknown unit. Both micro signs of Unicode are known. */
  private static long unitNanos(String unit) {
    return switch (unit) {
      case "ns" -> 1;
      case "us", "\u00b5s", "\u03bcs" -> MICROSECOND;
      case "ms" -> MILLISECOND;
      case "s" -> SECOND;
      case "m" -> MINUTE;
      case "h" -> HOUR;
      default -> 0;
    };
  }

  /** Returns the number in [from, to) times the unit, unsigned; the fraction truncates as in Go. */
  private static long scaled(String text, int from, int to, long unit) {
    long integer = 0;
    int at = from;
    for (; at < to && text.charAt(at) != '.'; at++) {
      if (Long.compareUnsigned(integer, Long.divideUnsigned(Long.MIN_VALUE, 10)) > 0) {
        throw invalid(text);
      }
      integer = integer * 10 + (text.charAt(at) - '0');
      if (Long.compareUnsigned(integer, Long.MIN_VALUE) > 0) {
        throw invalid(text);
      }
    }
    if (Long.compareUnsigned(integer, Long.divideUnsigned(Long.MIN_VALUE, unit)) > 0) {
      throw invalid(text);
    }
    return addUnsigned(text, integer * unit, fractionNanos(text, at + 1, to, unit));
  }

  private static long fractionNanos(String text, int from, int to, long unit) {
    long fraction = 0;
    double scale = 1;
    // As many digits as 63 bits hold; the others are far below a nanosecond for every unit.
    for (int i = from; i < to && fraction <= Long.MAX_VALUE / 10; i++) {
      long next = fraction * 10 + (text.charAt(i) - '0');
      if (next < 0) {
        break;
      }
      fraction = next;
      scale *= 10;
    }
    return fraction == 0 ? 0 : (long) (fraction * (unit / scale));
  }

  private static long addUnsigned(String text, long left, long right) {
    long sum = left + right;
    // Both are at most 2^63: past it, the sum is out of range even for a negative duration.
    if (Long.compareUnsigned(sum, Long.MIN_VALUE) > 0
        || (left == Long.MIN_VALUE && right == Long.MIN_VALUE)) {
      throw invalid(text);
    }
    return sum;
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("time: invalid duration " + quote(text));
  }

  /** Quotes as Go's time package does: every byte that is not printable ASCII as {@code \xhh}. */
  private static String quote(String text) {
    StringBuilder out = new StringBuilder(text.length() + 2).append('"');
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b < ' ') {
        out.append(String.format("\\x%02x", b & 0xFF));
      } else {
        if (b == '"' || b == '\\') {
          out.append('\\');
        }
        out.append((char) b);
      }
    }
    return out.append('"').toString();
  }
}
