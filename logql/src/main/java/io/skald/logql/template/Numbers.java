package io.skald.logql.template;

import io.skald.common.values.GoFloat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Conversion of any bare value to a number; what cannot be converted is 0. */
final class Numbers {
  /** A decimal with a point: its integer part counts. */
  private static final Pattern DECIMAL = Pattern.compile("([-+]?[0-9]*)\\.[0-9]*");

  private Numbers() {}

  /** Returns an integer; text may have a prefix for its base, and a float is cut off. */
  static long toLong(@Nullable Object value) {
    return switch (value) {
      case GoInt integer -> integer.value();
      case Double number -> truncated(number);
      case Boolean bool -> bool ? 1 : 0;
      case String text -> parseLong(text);
      case null, default -> 0;
    };
  }

  static double toDouble(@Nullable Object value) {
    return switch (value) {
      case GoInt integer -> integer.value();
      case Double number -> number;
      case Boolean bool -> bool ? 1 : 0;
      case String text -> parseDouble(text);
      case null, default -> 0;
    };
  }

  /** Outside of the range, Go's conversion gives the smallest integer on the usual machines. */
  private static long truncated(double number) {
    return Math.abs(number) < 0x1p63 ? (long) number : Long.MIN_VALUE;
  }

  private static long parseLong(String text) {
    try {
      return GoIntegers.parse(integerPart(text), 0);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String integerPart(String text) {
    Matcher matcher = DECIMAL.matcher(text);
    if (!matcher.matches()) {
      return text;
    }
    String integer = matcher.group(1);
    boolean hasDigits =
        !integer.isEmpty() && Character.isDigit(integer.charAt(integer.length() - 1));
    return hasDigits ? integer : "0";
  }

  private static double parseDouble(String text) {
    try {
      return GoFloat.parse(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
