package io.skald.agent.pipeline;

import io.skald.common.collect.Latest;
import io.skald.common.config.ConfigNode;
import io.skald.common.model.Labels;
import io.skald.logql.template.TimeLayout;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneRulesException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code timestamp}: takes the time of the entry from an extracted value. Where that fails, {@code
 * fudge} goes on from the last good time of the same labels, so that lines keep their order.
 */
final class TimestampStage implements Stage.Simple {
  private static final int MAX_LABEL_SETS = 10_000;
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private static final Map<String, String> NAMED =
      Map.ofEntries(
          Map.entry("ANSIC", "Mon Jan _2 15:04:05 2006"),
          Map.entry("UnixDate", "Mon Jan _2 15:04:05 MST 2006"),
          Map.entry("RubyDate", "Mon Jan 02 15:04:05 -0700 2006"),
          Map.entry("RFC822", "02 Jan 06 15:04 MST"),
          Map.entry("RFC822Z", "02 Jan 06 15:04 -0700"),
          Map.entry("RFC850", "Monday, 02-Jan-06 15:04:05 MST"),
          Map.entry("RFC1123", "Mon, 02 Jan 2006 15:04:05 MST"),
          Map.entry("RFC1123Z", "Mon, 02 Jan 2006 15:04:05 -0700"),
          Map.entry("RFC3339", "2006-01-02T15:04:05Z07:00"),
          Map.entry("RFC3339Nano", "2006-01-02T15:04:05.999999999Z07:00"));

  /** Reads a text; null if it cannot. */
  private interface Format {
    @Nullable Long nanos(String text);
  }

  private final String source;
  private final List<Format> formats;
  private final boolean fudges;
  private final Map<Labels, Long> lastGood = Latest.used(MAX_LABEL_SETS);

  private TimestampStage(String source, List<Format> formats, boolean fudges) {
    this.source = source;
    this.formats = List.copyOf(formats);
    this.fudges = fudges;
  }

  static Stage make(ConfigNode body, PipelineCompiler.Building building)
      throws StageConfigException {
    StageOptions options = new StageOptions(body);
    String source = options.requiredText("source");
    String format = options.requiredText("format");
    ZoneId zone = zone(options);
    String onFailure = options.text("action_on_failure", "fudge");
    if (!onFailure.equals("fudge") && !onFailure.equals("skip")) {
      throw options.wrong("action_on_failure", "must be fudge or skip: " + onFailure);
    }
    List<Format> formats = new ArrayList<>();
    formats.add(format(format, zone, building.context()));
    for (String fallback : options.texts("fallback_formats")) {
      formats.add(format(fallback, zone, building.context()));
    }
    building.done(options);
    return new TimestampStage(source, formats, onFailure.equals("fudge"));
  }

  private static ZoneId zone(StageOptions options) throws StageConfigException {
    String location = options.text("location", "");
    try {
      return location.isEmpty() ? ZoneOffset.UTC : ZoneId.of(location);
    } catch (ZoneRulesException e) {
      throw options.wrong("location", "is no time zone that is known: " + location);
    } catch (DateTimeException e) {
      throw options.wrong("location", "is no time zone: " + location);
    }
  }

  private static Format format(String text, ZoneId zone, StageContext context) {
    return switch (text) {
      case "Unix" -> value -> unix(value, 9, true);
      case "UnixMs" -> value -> unix(value, 6, false);
      case "UnixUs" -> value -> unix(value, 3, false);
      case "UnixNs" -> value -> unix(value, 0, false);
      default -> {
        TimeLayout layout = TimeLayout.of(NAMED.getOrDefault(text, text), zone);
        yield value -> nanos(layout, value, context);
      }
    };
  }

  /**
   * Reads a count of seconds or parts of them.
   *
   * @param zeros how many decimal places nanoseconds are below the unit
   */
  private static @Nullable Long unix(String text, int zeros, boolean fraction) {
    if (text.length() > 40) {
      return null; // nor is it a time
    }
    try {
      if (!fraction && text.indexOf('.') < 0) {
        return Math.multiplyExact(Long.parseLong(text), (long) Math.pow(10, zeros));
      }
      if (!fraction || text.indexOf('e') >= 0 || text.indexOf('E') >= 0) {
        return null;
      }
      return new BigDecimal(text)
          .movePointRight(zeros)
          .setScale(0, RoundingMode.DOWN)
          .longValueExact();
    } catch (ArithmeticException | NumberFormatException _) {
      return null;
    }
  }

  private static @Nullable Long nanos(TimeLayout layout, String text, StageContext context) {
    TimeLayout.Time time = layout.parse(text);
    if (time == null) {
      return null;
    }
    long seconds = time.epochSecond();
    try {
      if (!layout.hasYear()) {
        seconds = inThisYear(seconds, context.clock().nowNanos());
      }
      return Math.addExact(Math.multiplyExact(seconds, NANOS_PER_SECOND), time.nanos());
    } catch (ArithmeticException | DateTimeException _) {
      return null; // a time that nanoseconds since 1970 cannot say
    }
  }

  /** At the turn of the year, a December in January is last year's, and the other way round. */
  private static long inThisYear(long seconds, long nowNanos) {
    LocalDate now =
        LocalDate.ofInstant(
            Instant.ofEpochSecond(Math.floorDiv(nowNanos, NANOS_PER_SECOND)), ZoneOffset.UTC);
    LocalDateTime time = LocalDateTime.ofEpochSecond(seconds, 0, ZoneOffset.UTC);
    int year = now.getYear();
    if (now.getMonthValue() == 1 && time.getMonthValue() == 12) {
      year--;
    } else if (now.getMonthValue() == 12 && time.getMonthValue() == 1) {
      year++;
    }
    return time.withYear(year).toEpochSecond(ZoneOffset.UTC);
  }

  @Override
  public boolean apply(Entry entry) {
    String text = entry.extractedText(source);
    Long nanos = text == null ? null : parse(text);
    if (nanos != null) {
      entry.setTimestampNanos(nanos);
      if (fudges) {
        lastGood.put(entry.labels(), nanos);
      }
    } else if (fudges) {
      Long last = lastGood.get(entry.labels());
      if (last != null) {
        entry.setTimestampNanos(last + 1);
        lastGood.put(entry.labels(), last + 1);
      }
    }
    return true;
  }

  private @Nullable Long parse(String text) {
    for (Format format : formats) {
      Long nanos = format.nanos(text);
      if (nanos != null) {
        return nanos;
      }
    }
    return null;
  }
}
