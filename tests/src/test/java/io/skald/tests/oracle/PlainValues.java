package io.skald.tests.oracle;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts as numbers: those forms that the generator makes. */
final class PlainValues {
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
  private static final Pattern DURATION =
      Pattern.compile("-?([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h))+|0");
  private static final Pattern DURATION_PART = Pattern.compile("([0-9.]+)(ns|us|ms|s|m|h)");
  private static final Pattern BYTES = Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?([a-zA-Z]*)");
  private static final Map<String, Double> DURATION_NANOS =
      Map.of("ns", 1.0, "us", 1e3, "ms", 1e6, "s", 1e9, "m", 60e9, "h", 3600e9);
  private static final Map<String, Double> UNITS =
      Map.of("", 1.0, "b", 1.0, "kb", 1e3, "mb", 1e6, "gb", 1e9, "kib", 1024.0, "mib", 1048576.0);

  private PlainValues() {}

  static Optional<Double> number(String text) {
    if (NUMBER.matcher(text).matches()) {
      return Optional.of(Double.valueOf(text));
    }
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "nan" -> Optional.of(Double.NaN);
      case "inf", "+inf" -> Optional.of(Double.POSITIVE_INFINITY);
      case "-inf" -> Optional.of(Double.NEGATIVE_INFINITY);
      default -> Optional.empty();
    };
  }

  /** Returns nanoseconds. */
  static Optional<Double> duration(String text) {
    if (!DURATION.matcher(text).matches()) {
      return Optional.empty();
    }
    double nanos = 0;
    Matcher part = DURATION_PART.matcher(text);
    while (part.find()) {
      Double unit = DURATION_NANOS.get(part.group(2));
      nanos += Double.parseDouble(part.group(1)) * (unit == null ? Double.NaN : unit);
    }
    return Optional.of(text.startsWith("-") ? -nanos : nanos);
  }

  /** Returns whole bytes. */
  static Optional<Double> bytes(String text) {
    Matcher match = BYTES.matcher(text);
    Double unit = match.matches() ? UNITS.get(match.group(2).toLowerCase(Locale.ROOT)) : null;
    return unit == null
        ? Optional.empty()
        : Optional.of(Math.floor(Double.parseDouble(match.group(1)) * unit));
  }

  /**
   * Returns a byte literal of a query as it arrives: in the largest decimal unit, with one decimal
   * below 10 and none from there on. Recorded examples show it (reference, 3.5).
   */
  static double asWritten(long bytes) {
    double unit = 1;
    while (bytes / unit >= 1000) {
      unit *= 1000;
    }
    double number = Math.floor(bytes / unit * 10 + 0.5) / 10;
    return (number < 10 ? number : Math.rint(number)) * unit;
  }

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
