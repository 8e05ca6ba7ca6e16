package io.skald.querier.api;

import io.skald.common.values.GoDuration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the text of a field is, by the rules of Go's readers; tried in the order of the constants.
 */
enum FieldType {
  INT,
  FLOAT,
  BOOLEAN,
  DURATION,
  BYTES,
  STRING;

  private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]{1,19}");
  private static final Pattern DECIMAL =
      Pattern.compile(
          "[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?(?i:inf|infinity|nan)");
  private static final Set<String> BOOLEANS =
      Set.of("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False");
  private static final Pattern SIZE =
      Pattern.compile("([0-9.,]+) ?([kmgtpe]?i?b)", Pattern.CASE_INSENSITIVE);
  private static final String UNITS = "kmgtpe";

  static FieldType of(String text) {
    if (INTEGER.matcher(text).matches()) {
      return INT;
    }
    if (DECIMAL.matcher(text).matches()) {
      return FLOAT;
    }
    if (BOOLEANS.contains(text)) {
      return BOOLEAN;
    }
    if (isDuration(text)) {
      return DURATION;
    }
    return bytes(text).isPresent() ? BYTES : STRING;
  }

  private static boolean isDuration(String text) {
    try {
      GoDuration.parse(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private static Optional<Double> bytes(String text) {
    Matcher match = SIZE.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    String unit = match.group(2).toLowerCase(Locale.ROOT);
    double base = unit.contains("i") ? 1024 : 1000;
    int power = UNITS.indexOf(unit.charAt(0)) + 1; // 0 for a bare b
    try {
      double number = Double.parseDouble(match.group(1).replace(",", ""));
      return Optional.of(number * Math.pow(base, power));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  /** Returns a size in decimal units, as {@code 40kB}; any other text as it is. */
  static String inDecimalUnits(String text) {
    if (of(text) != BYTES) {
      return text;
    }
    double value = bytes(text).orElseThrow();
    int power = 0;
    while (value >= 1000 && power < UNITS.length()) {
      value /= 1000;
      power++;
    }
    String unit =
        power == 0
            ? "B"
            : (power == 1 ? "k" : UNITS.substring(power - 1, power).toUpperCase(Locale.ROOT)) + "B";
    boolean oneDecimal = value < 10 && power > 0;
    String number = String.format(Locale.ROOT, oneDecimal ? "%.1f" : "%.0f", value);
    return number.replaceFirst("\\.0$", "") + unit;
  }

  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
