package io.skald.common.values;

import io.skald.common.model.Quoting;

/**
 * Durations as Prometheus configuration and range selectors write them: integers with the units y w
 * d h m s ms, biggest first, each at most once. A day has 24 hours, a year 365 days.
 */
public final class PrometheusDuration {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private enum Unit {
    YEAR("y", 365L * 24 * 60 * 60 * 1000, true),
    WEEK("w", 7L * 24 * 60 * 60 * 1000, true),
    DAY("d", 24L * 60 * 60 * 1000, false),
    HOUR("h", 60L * 60 * 1000, false),
    MINUTE("m", 60L * 1000, false),
    SECOND("s", 1000, false),
    MILLISECOND("ms", 1, false);

    private final String text;
    private final long millis;

    /** Printed only if nothing smaller remains: 8 days are {@code 8d}, not {@code 1w1d}. */
    private final boolean onlyWhole;

    Unit(String text, long millis, boolean onlyWhole) {
      this.text = text;
      this.millis = millis;
      this.onlyWhole = onlyWhole;
    }

    private static Unit parse(String text, String whole) {
      for (Unit unit : values()) {
        if (unit.text.equals(text)) {
          return unit;
        }
      }
      throw new IllegalArgumentException(
          "unknown unit " + Quoting.quote(text) + " in duration " + Quoting.quote(whole));
    }
  }

  private PrometheusDuration() {}

  /**
   * @return nanoseconds, not negative
   * @throws IllegalArgumentException with the message Prometheus gives
   */
  public static long parse(String text) {
    if (text.equals("0")) {
      return 0;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty duration string");
    }
    long nanos = 0;
    int lastUnit = -1;
    for (int at = 0; at < text.length(); ) {
      int digitsEnd = end(text, at, true);
      int unitEnd = end(text, digitsEnd, false);
      if (digitsEnd == at || unitEnd == digitsEnd) {
        throw invalid(text);
      }
      long count = count(text, at, digitsEnd);
      Unit unit = Unit.parse(text.substring(digitsEnd, unitEnd), text);
      if (unit.ordinal() <= lastUnit) {
        throw invalid(text);
      }
      lastUnit = unit.ordinal();
      nanos = addChecked(nanos, count, unit);
      at = unitEnd;
    }
    return nanos;
  }

  /**
   * Prints whole milliseconds, biggest unit first: {@code 30d1h}, {@code 1m}, {@code 0s}. What is
   * below a millisecond is dropped.
   *
   * @param nanos not negative
   */
  public static String format(long nanos) {
    long rest = nanos / NANOS_PER_MILLI;
    if (rest == 0) {
      return "0s";
    }
    StringBuilder out = new StringBuilder();
    for (Unit unit : Unit.values()) {
      if (unit.onlyWhole && rest % unit.millis != 0) {
        continue;
      }
      long count = rest / unit.millis;
      if (count > 0) {
        out.append(count).append(unit.text);
        rest -= count * unit.millis;
      }
    }
    return out.toString();
  }

  private static int end(String text, int at, boolean digits) {
    while (at < text.length() && (text.charAt(at) >= '0' && text.charAt(at) <= '9') == digits) {
      at++;
    }
    return at;
  }

  /** A count past 64 bits is not a number to Prometheus, rather than out of range. */
  private static long count(String text, int from, int to) {
    try {
      return Long.parseUnsignedLong(text, from, to, 10);
    } catch (NumberFormatException e) {
      throw invalid(text);
    }
  }

  private static long addChecked(long nanos, long count, Unit unit) {
    long unitNanos = unit.millis * NANOS_PER_MILLI;
    if (Long.compareUnsigned(count, Long.MAX_VALUE / unitNanos) > 0) {
      throw new IllegalArgumentException("duration out of range");
    }
    long sum = nanos + count * unitNanos;
    if (sum < 0) {
      throw new IllegalArgumentException("duration out of range");
    }
    return sum;
  }

  private static IllegalArgumentException invalid(String text) {
    return new IllegalArgumentException("not a valid duration string: " + Quoting.quote(text));
  }
}
