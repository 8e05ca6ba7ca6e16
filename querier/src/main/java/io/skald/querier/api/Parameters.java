package io.skald.querier.api;

import io.skald.common.values.PrometheusDuration;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a read request in the formats that the HTTP API shares. Absent and empty are
 * the same. Every method throws {@link BadRequestException} for a value it cannot read.
 */
final class Parameters {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final int DEFAULT_LIMIT = 100;

  /** More points than a panel can show; protects the evaluation. */
  private static final long MAX_STEPS = 11_000;

  private static final long DEFAULT_STEPS = 250;

  private final Function<String, List<String>> values;
  private final long nowNanos;

  /**
   * @param values all values of a parameter by its name, in the order of the request
   * @param nowNanos the time of the request
   */
  Parameters(Function<String, List<String>> values, long nowNanos) {
    this.values = values;
    this.nowNanos = nowNanos;
  }

  /** A time range, nanoseconds. */
  record Range(long startNanos, long endNanos) {}

  List<String> all(String name) {
    return values.apply(name);
  }

  /** Returns the first value, or "". */
  String text(String name) {
    List<String> all = values.apply(name);
    return all.isEmpty() ? "" : all.getFirst();
  }

  private @Nullable String textOrNull(String name) {
    String text = text(name);
    return text.isEmpty() ? null : text;
  }

  /** Reads {@code start}, {@code end} and {@code since} with their defaults; checks nothing. */
  Range range() {
    long end = timestamp("end", nowNanos);
    long since = NANOS_PER_SECOND * 3600;
    String sinceText = textOrNull("since");
    if (sinceText != null) {
      try {
        since = PrometheusDuration.parse(sinceText);
      } catch (IllegalArgumentException e) {
        throw new BadRequestException("could not parse 'since' parameter: " + e.getMessage());
      }
    }
    long start = timestamp("start", Math.min(end, nowNanos) - since);
    return new Range(start, end);
  }

  /** Reads {@code time}; its error text carries no prefix. */
  long time() {
    String text = textOrNull("time");
    return text == null ? nowNanos : parseTimestamp(text);
  }

  private long timestamp(String name, long defaultNanos) {
    String text = textOrNull(name);
    if (text == null) {
      return defaultNanos;
    }
    try {
      return parseTimestamp(text);
    } catch (BadRequestException e) {
      throw new BadRequestException("could not parse '" + name + "' parameter: " + e.getMessage());
    }
  }

  /**
   * Reads float seconds (with a point, rounded to milliseconds), whole seconds (at most 10
   * characters), nanoseconds, or RFC 3339.
   */
  static long parseTimestamp(String text) {
    if (text.contains(".")) {
      try {
        double seconds = Double.parseDouble(text);
        if (Double.isFinite(seconds) && Math.abs(seconds) < 9.2e9) {
          return Math.round(seconds * 1000) * 1_000_000;
        }
      } catch (NumberFormatException e) {
        // Falls through: RFC 3339 with a fraction has a point too.
      }
    }
    try {
      long number = Long.parseLong(text);
      return text.length() <= 10 ? Math.multiplyExact(number, NANOS_PER_SECOND) : number;
    } catch (NumberFormatException e) {
      return parseRfc3339(text);
    }
  }

  private static long parseRfc3339(String text) {
    try {
      Instant instant =
          OffsetDateTime.parse(text, DateTimeFormatter.ISO_OFFSET_DATE_TIME).toInstant();
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw new BadRequestException("strconv.ParseInt: parsing \"" + text + "\": invalid syntax");
    }
  }

  int limit() {
    return limit(DEFAULT_LIMIT);
  }

  int limit(int defaultLimit) {
    String text = textOrNull("limit");
    if (text == null) {
      return defaultLimit;
    }
    int limit = integer(text);
    if (limit <= 0) {
      throw new BadRequestException("limit must be a positive value");
    }
    return limit;
  }

  static int integer(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      throw new BadRequestException("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
    }
  }

  boolean forward() {
    String text = text("direction");
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "", "backward" -> false;
      case "forward" -> true;
      default -> throw new BadRequestException("invalid direction '" + text + "'");
    };
  }

  long intervalNanos() {
    long interval = duration("interval", 0);
    if (interval < 0) {
      throw new BadRequestException("interval must be >= 0");
    }
    return interval;
  }

  /** Reads {@code step} and checks it against the range. */
  long stepNanos(Range range) {
    long wholeSeconds = (range.endNanos() - range.startNanos()) / NANOS_PER_SECOND;
    long step = duration("step", Math.max(1, wholeSeconds / DEFAULT_STEPS) * NANOS_PER_SECOND);
    if (step <= 0) {
      throw new BadRequestException(
          "zero or negative query resolution step widths are not accepted. Try a positive integer");
    }
    if ((range.endNanos() - range.startNanos()) / step > MAX_STEPS) {
      throw new BadRequestException(
          "exceeded maximum resolution of 11,000 points per time series. Try increasing the value"
              + " of the step parameter");
    }
    return step;
  }

  /** Checks what every range needs. */
  static void requireOrdered(Range range) {
    if (range.endNanos() < range.startNanos()) {
      throw new BadRequestException("end timestamp must not be before or equal to start time");
    }
  }

  private long duration(String name, long defaultNanos) {
    String text = textOrNull(name);
    if (text == null) {
      return defaultNanos;
    }
    try {
      double seconds = Double.parseDouble(text);
      if (Math.abs(seconds) < 9.2e9) {
        return Math.round(seconds * NANOS_PER_SECOND);
      }
    } catch (NumberFormatException e) {
      try {
        return PrometheusDuration.parse(text);
      } catch (IllegalArgumentException notADuration) {
        // Reported below with the text that the contract gives both forms.
      }
    }
    throw new BadRequestException("cannot parse \"" + text + "\" to a valid duration");
  }
}
