package io.skald.common.values;

import java.util.Locale;

/**
 * Sizes for people, {@code 1.5 KiB} or {@code 10MB}: SI units are powers of 1000, IEC units powers
 * of 1024.
 */
public final class ByteSize {
  private static final String SI_PREFIXES = "kMGTPE";
  private static final String BINARY_PREFIXES = "KMGT";

  private ByteSize() {}

  /**
   * Parses a number of digits, dots and commas (the commas are ignored), optional white space, and
   * a unit in any case, up to EB and EiB; the B may be missing. Without a unit, bytes. A size
   * beyond a long is {@link Long#MAX_VALUE}.
   *
   * @throws NumberFormatException if the number or the unit is not valid; the message is what
   *     clients know
   */
  public static long parse(String text) {
    int end = 0;
    while (end < text.length() && isNumberPart(text.charAt(end))) {
      end++;
    }
    double number = GoFloat.parse(text.substring(0, end).replace(",", ""));
    String unit = text.substring(end).strip().toLowerCase(Locale.ROOT);
    double bytes = number * unitBytes(unit);
    if (bytes >= 0x1p64) {
      throw new NumberFormatException("too large: " + text);
    }
    return (long) bytes;
  }

  /**
   * Prints in the largest SI unit that leaves at least 1, with one decimal below 10: {@code 9B},
   * {@code 10kB}, {@code 1.5MB}. Rounds, so it does not always read back as the same size.
   *
   * @param bytes not negative
   */
  public static String formatSi(long bytes) {
    if (bytes < 1000) {
      return bytes + "B";
    }
    double value = bytes;
    int prefix = -1;
    while (value >= 1000 && prefix + 1 < SI_PREFIXES.length()) {
      value /= 1000;
      prefix++;
    }
    double rounded = Math.floor(value * 10 + 0.5) / 10;
    String number =
        rounded < 10 ? Double.toString(rounded) : Long.toString((long) Math.rint(rounded));
    return number + SI_PREFIXES.charAt(prefix) + "B";
  }

  /**
   * Prints in the largest unit of powers of 1024 that the size is a multiple of, as limits are
   * written: {@code 3MB}, {@code 1536KB}, {@code 1025B}, {@code 0B}.
   *
   * @param bytes not negative
   */
  public static String formatBinary(long bytes) {
    long value = bytes;
    int prefix = -1;
    while (value != 0 && value % 1024 == 0 && prefix + 1 < BINARY_PREFIXES.length()) {
      value /= 1024;
      prefix++;
    }
    return value + (prefix < 0 ? "" : BINARY_PREFIXES.substring(prefix, prefix + 1)) + "B";
  }

  private static boolean isNumberPart(char c) {
    return (c >= '0' && c <= '9') || c == '.' || c == ',';
  }

  private static double unitBytes(String unit) {
    String prefix = unit.endsWith("b") ? unit.substring(0, unit.length() - 1) : unit;
    return switch (prefix) {
      case "" -> 1;
      case "k" -> 1e3;
      case "m" -> 1e6;
      case "g" -> 1e9;
      case "t" -> 1e12;
      case "p" -> 1e15;
      case "e" -> 1e18;
      case "ki" -> 0x1p10;
      case "mi" -> 0x1p20;
      case "gi" -> 0x1p30;
      case "ti" -> 0x1p40;
      case "pi" -> 0x1p50;
      case "ei" -> 0x1p60;
      default -> throw new NumberFormatException("unhandled size name: " + unit);
    };
  }
}
