package io.skald.cli;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Finds the time in a line. */
final class LineTime {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final String RFC_3339 =
      "\\d{4}-\\d\\d-\\d\\d[Tt ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:"
          + " ?(?:[Zz]|[+-]\\d\\d:?\\d\\d))?";
  private static final String NUMBER = "\\b\\d{9,19}(?:\\.\\d+)?\\b";

  /** Reads the text that was found. */
  private interface Reader {
    long nanos(String text);
  }

  private final Pattern pattern;
  private final Reader reader;
  private final String format;

  private LineTime(Pattern pattern, Reader reader, String format) {
    this.pattern = pattern;
    this.reader = reader;
    this.format = format;
  }

  /**
   * @param regex "" for the one of the format
   * @throws UsageException if one of them is no good
   */
  static LineTime of(String format, String regex, String zone) {
    ZoneId local;
    try {
      local = ZoneId.of(zone);
    } catch (DateTimeException _) {
      throw new UsageException("--timestamp-zone is no time zone: '" + zone + "'");
    }
    return switch (format.toLowerCase(Locale.ROOT)) {
      case "rfc3339" -> new LineTime(pattern(regex, RFC_3339), text -> rfc(text, local), format);
      case "unix" -> new LineTime(pattern(regex, NUMBER), text -> number(text, 9), format);
      case "unix-ms" -> new LineTime(pattern(regex, NUMBER), text -> number(text, 6), format);
      case "unix-us" -> new LineTime(pattern(regex, NUMBER), text -> number(text, 3), format);
      case "unix-ns" -> new LineTime(pattern(regex, NUMBER), text -> number(text, 0), format);
      default -> ofPattern(format, regex, local);
    };
  }

  private static LineTime ofPattern(String format, String regex, ZoneId local) {
    if (regex.isEmpty()) {
      throw new UsageException(
          "--timestamp-format '"
              + format
              + "' needs --timestamp-regex, which says where it stands");
    }
    try {
      DateTimeFormatter formatter =
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern(format)
              .parseDefaulting(ChronoField.NANO_OF_SECOND, 0)
              .toFormatter(Locale.ENGLISH)
              .withZone(local);
      return new LineTime(pattern(regex, ""), text -> nanos(formatter, text), format);
    } catch (IllegalArgumentException e) {
      throw new UsageException("--timestamp-format '" + format + "': " + e.getMessage());
    }
  }

  private static Pattern pattern(String regex, String otherwise) {
    try {
      return Pattern.compile(regex.isEmpty() ? otherwise : regex);
    } catch (PatternSyntaxException e) {
      throw new UsageException("--timestamp-regex: " + e.getMessage());
    }
  }

  /**
   * Returns the time of a line in nanoseconds, or nothing if it has none.
   *
   * @throws IllegalArgumentException if what stands there is not of the format
   */
  OptionalLong of(String line) {
    Matcher matcher = pattern.matcher(line);
    if (!matcher.find()) {
      return OptionalLong.empty();
    }
    String text = matcher.groupCount() > 0 ? matcher.group(1) : matcher.group();
    if (text == null) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(reader.nanos(text));
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(
          "'%s' is not a time of the format %s".formatted(text, format), e);
    }
  }

  private static long rfc(String text, ZoneId local) {
    String plain = text.replace(',', '.').replaceFirst("[Tt ]", "T").replace(" ", "");
    int zone = Math.max(plain.indexOf('+'), Math.max(plain.lastIndexOf('-'), plain.indexOf('Z')));
    boolean hasZone = zone > "2026-01-01T".length() || plain.endsWith("z");
    return hasZone
        ? nanos(
            Instant.from(
                DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(
                    plain.replaceFirst("([+-]\\d\\d)(\\d\\d)$", "$1:$2").replace('z', 'Z'))))
        : nanos(LocalDateTime.parse(plain).atZone(local).toInstant());
  }

  private static long number(String text, int decimals) {
    return new BigDecimal(text)
        .movePointRight(decimals)
        .setScale(0, java.math.RoundingMode.FLOOR)
        .longValueExact();
  }

  private static long nanos(DateTimeFormatter formatter, String text) {
    TemporalAccessor parsed = formatter.parseBest(text, ZonedDateTime::from, LocalDate::from);
    return parsed instanceof ZonedDateTime zoned
        ? nanos(zoned.toInstant())
        : nanos(LocalDate.from(parsed).atStartOfDay(formatter.getZone()).toInstant());
  }

  private static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
  }
}
