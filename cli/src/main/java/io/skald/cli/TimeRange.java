package io.skald.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The time range options of client commands. */
final class TimeRange {
  private static final Pattern PART = Pattern.compile("([0-9]+)(ms|[smhdwy])");
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      defaultValue = "1h",
      description = "How far back to look, such as 15m, 6h, 2d (default: ${DEFAULT-VALUE}).")
  String since = "1h";

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "Start: RFC 3339, Unix seconds, or nanoseconds; instead of --since.")
  String from = "";

  @Option(names = "--to", paramLabel = "TIME", description = "End, not included (default: now).")
  String to = "";

  long endNanos(long nowNanos) {
    return to.isEmpty() ? nowNanos : parseTime("--to", to);
  }

  long startNanos(long nowNanos) {
    return from.isEmpty()
        ? endNanos(nowNanos) - parseDuration("--since", since)
        : parseTime("--from", from);
  }

  static long parseTime(String option, String text) {
    try {
      if (text.matches("[0-9]{1,10}")) {
        return Math.multiplyExact(Long.parseLong(text), NANOS_PER_SECOND);
      }
      if (text.matches("[0-9]{11,19}")) {
        return Long.parseLong(text);
      }
      Instant instant = OffsetDateTime.parse(text).toInstant();
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new UsageException(
          option + " must be like 2026-03-02T08:00:00Z or Unix seconds, not '" + text + "'");
    }
  }

  static long parseDuration(String option, String text) {
    try {
      return durationNanos(option, text);
    } catch (ArithmeticException | NumberFormatException e) {
      throw new UsageException(option + " is too long: '" + text + "'");
    }
  }

  private static long durationNanos(String option, String text) {
    Matcher matcher = PART.matcher(text);
    long nanos = 0;
    int end = 0;
    while (matcher.find() && matcher.start() == end) {
      Duration unit =
          switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            case "w" -> Duration.ofDays(7);
            default -> Duration.ofDays(365);
          };
      nanos = Math.addExact(nanos, unit.multipliedBy(Long.parseLong(matcher.group(1))).toNanos());
      end = matcher.end();
    }
    if (end == 0 || end != text.length()) {
      throw new UsageException(option + " must be like 30s, 15m or 1h30m, not '" + text + "'");
    }
    return nanos;
  }
}
