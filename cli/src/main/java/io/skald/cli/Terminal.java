package io.skald.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * How the answer is made readable.
 *
 * @param interactive whether a person looks at a terminal: bars, escaped control bytes
 * @param colors whether to use them
 * @param zone the zone of the times that are printed
 */
record Terminal(boolean interactive, boolean colors, ZoneId zone) {
  private static final DateTimeFormatter NANOS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSSXXX", Locale.ROOT);
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /**
   * @param color auto, always or never
   * @param timezone UTC, Local or the name of a zone
   * @param mayDecorate whether the output is for people at all
   */
  static Terminal of(Shell shell, String color, String timezone, boolean mayDecorate) {
    boolean interactive = mayDecorate && shell.isOutTerminal();
    boolean colors =
        switch (color) {
          case "always" -> mayDecorate;
          case "never" -> false;
          case "auto" -> interactive && shell.environment().getOrDefault("NO_COLOR", "").isEmpty();
          default -> throw new UsageException("--color must be auto, always or never: " + color);
        };
    return new Terminal(interactive, colors, zone(shell, timezone));
  }

  private static ZoneId zone(Shell shell, String timezone) {
    if (timezone.equalsIgnoreCase("local")) {
      return shell.zone();
    }
    if (timezone.equalsIgnoreCase("utc")) {
      return ZoneOffset.UTC;
    }
    try {
      return ZoneId.of(timezone);
    } catch (DateTimeException e) {
      throw new UsageException(
          "--timezone must be UTC, Local or like Europe/Berlin, not '" + timezone + "'");
    }
  }

  /** Returns the time of an entry, with all nanoseconds. */
  String time(long epochNanos) {
    return NANOS
        .withZone(zone)
        .format(
            Instant.ofEpochSecond(
                Math.floorDiv(epochNanos, NANOS_PER_SECOND),
                Math.floorMod(epochNanos, NANOS_PER_SECOND)));
  }

  /** Returns the time of a sample; as long as it needs to be. */
  String sampleTime(long epochMillis) {
    return DateTimeFormatter.ISO_OFFSET_DATE_TIME
        .withZone(zone)
        .format(Instant.ofEpochMilli(epochMillis));
  }

  String dim(String text) {
    return colors ? "\u001b[2m" + text + "\u001b[0m" : text;
  }

  String cyan(String text) {
    return colors ? "\u001b[36m" + text + "\u001b[0m" : text;
  }

  /** Escapes what could steer a terminal, if there is one. */
  String harmless(String text) {
    return interactive ? escaped(text) : text;
  }

  /** Writes control characters but tabs as {@code \xhh}. */
  static String escaped(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7F || (c >= 0x80 && c < 0xA0)) {
        out.append(String.format("\\x%02x", (int) c));
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
