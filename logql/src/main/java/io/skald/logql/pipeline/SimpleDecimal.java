package io.skald.logql.pipeline;

/** The common case of a number in a line: a few digits with at most a sign and a point. */
final class SimpleDecimal {
  /**
   * Up to this many digits, the digits and the power of ten are exact, and so is their quotient.
   */
  private static final int MAX_DIGITS = 15;

  private static final double[] POWERS = {
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private SimpleDecimal() {}

  /** Returns the number {@code area[start, end)}, correctly rounded, or NaN if it is not simple. */
  static double parse(byte[] area, int start, int end) {
    int at = start;
    boolean negative = at < end && area[at] == '-';
    if (negative) {
      at++;
    }
    if (end - at > MAX_DIGITS + 1) {
      return Double.NaN;
    }
    long digits = 0;
    int count = 0;
    int pointAt = -1;
    for (; at < end; at++) {
      byte b = area[at];
      if (b >= '0' && b <= '9') {
        digits = 10 * digits + b - '0';
        count++;
      } else if (b == '.' && pointAt < 0) {
        pointAt = count;
      } else {
        return Double.NaN;
      }
    }
    if (count == 0 || count > MAX_DIGITS) {
      return Double.NaN;
    }
    double value = pointAt < 0 ? digits : digits / POWERS[count - pointAt];
    return negative ? -value : value;
  }
}
