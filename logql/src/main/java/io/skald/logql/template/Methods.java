package io.skald.logql.template;

import io.skald.common.values.GoDuration;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of times, months, weekdays and durations: {@code __timestamp__.Year}. */
final class Methods {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Methods of a time that a template may not call, and how many results they have. */
  private static final Map<String, Integer> MULTIPLE_RESULTS =
      Map.of("Date", 3, "Clock", 3, "ISOWeek", 2, "Zone", 2, "ZoneBounds", 2);

  private Methods() {}

  /** Returns the method with its receiver bound, or null if the type has none of that name. */
  static @Nullable Function find(Object receiver, String name) {
    return switch (receiver) {
      case GoTime time -> ofTime(time, name);
      case GoInt integer ->
          switch (integer.type()) {
            case DURATION -> ofDuration(integer.value(), name);
            case MONTH, WEEKDAY -> name.equals("String") ? string(name, text(integer)) : null;
            default -> null;
          };
      default -> null;
    };
  }

  /** Returns how many results a method of a time has that cannot be called; 0 for others. */
  static int forbiddenResults(Object receiver, String name) {
    return receiver instanceof GoTime ? MULTIPLE_RESULTS.getOrDefault(name, 0) : 0;
  }

  /** Returns the name of a month or weekday, or a duration as text; null for a plain integer. */
  static @Nullable String text(GoInt integer) {
    long value = integer.value();
    return switch (integer.type()) {
      case MONTH ->
          value >= 1 && value <= 12
              ? GoTimeLayout.MONTHS.get((int) value - 1)
              : "%!Month(" + Long.toUnsignedString(value) + ")";
      case WEEKDAY ->
          value >= 0 && value <= 6
              ? GoTimeLayout.DAYS.get((int) value)
              : "%!Weekday(" + Long.toUnsignedString(value) + ")";
      case DURATION -> ByteStrings.ofText(GoDuration.format(value));
      default -> null;
    };
  }

  private static @Nullable Function ofTime(GoTime time, String name) {
    LocalDateTime local = time.local();
    return switch (name) {
      case "Year" -> integer(name, GoType.INT, local.getYear());
      case "Month" -> integer(name, GoType.MONTH, local.getMonthValue());
      case "Day" -> integer(name, GoType.INT, local.getDayOfMonth());
      case "Weekday" -> integer(name, GoType.WEEKDAY, local.getDayOfWeek().getValue() % 7);
      case "YearDay" -> integer(name, GoType.INT, local.getDayOfYear());
      case "Hour" -> integer(name, GoType.INT, local.getHour());
      case "Minute" -> integer(name, GoType.INT, local.getMinute());
      case "Second" -> integer(name, GoType.INT, local.getSecond());
      case "Nanosecond" -> integer(name, GoType.INT, local.getNano());
      case "Unix" -> integer(name, GoType.INT64, time.epochSecond());
      case "UnixMilli" -> integer(name, GoType.INT64, time.epochMillis());
      case "UnixMicro" ->
          integer(name, GoType.INT64, time.epochSecond() * 1_000_000 + time.nanos() / 1_000);
      case "UnixNano" -> integer(name, GoType.INT64, time.epochNanos());
      case "String" -> string(name, time.toString());
      case "GoString" -> string(name, time.goSyntax());
      case "Format" ->
          Function.of(name, GoType.STRING, a -> a.layout(a.string(0)).format(time), GoType.STRING);
      case "UTC" -> Function.of(name, GoType.TIME, _ -> time.in(Location.UTC));
      case "Local" ->
          Function.of(name, GoType.TIME, a -> time.in(a.execution().environment().local()));
      case "IsZero" -> Function.of(name, GoType.BOOL, _ -> time.isSameInstant(GoTime.ZERO));
      case "Before" -> Function.of(name, GoType.BOOL, a -> time.isBefore(a.time(0)), GoType.TIME);
      case "After" -> Function.of(name, GoType.BOOL, a -> a.time(0).isBefore(time), GoType.TIME);
      case "Equal" ->
          Function.of(name, GoType.BOOL, a -> time.isSameInstant(a.time(0)), GoType.TIME);
      case "Sub" ->
          Function.of(
              name,
              GoType.DURATION,
              a -> new GoInt(GoType.DURATION, time.since(a.time(0))),
              GoType.TIME);
      case "Add" ->
          Function.of(name, GoType.TIME, a -> time.plusNanos(a.integer(0)), GoType.DURATION);
      case "AddDate" ->
          Function.of(
              name,
              GoType.TIME,
              a -> addDate(time, a.integer(0), a.integer(1), a.integer(2)),
              GoType.INT,
              GoType.INT,
              GoType.INT);
      default -> null;
    };
  }

  /** Days past the end of a month run on into the next one: October 31 + 1 month = December 1. */
  private static GoTime addDate(GoTime time, long years, long months, long days)
      throws FunctionException {
    if (Math.max(Math.max(magnitude(years), magnitude(months)), magnitude(days)) > 1_000_000) {
      throw new FunctionException("date out of range");
    }
    LocalDateTime local = time.local();
    long localSecond =
        local
            .withDayOfMonth(1)
            .plusYears(years)
            .plusMonths(months)
            .plusDays(days + local.getDayOfMonth() - 1)
            .toEpochSecond(ZoneOffset.UTC);
    return new GoTime(time.location().toEpochSecond(localSecond), time.nanos(), time.location());
  }

  private static long magnitude(long value) {
    return value == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(value);
  }

  private static @Nullable Function ofDuration(long nanos, String name) {
    return switch (name) {
      case "String" -> string(name, ByteStrings.ofText(GoDuration.format(nanos)));
      case "Hours" -> floating(name, nanos / (3600 * NANOS_PER_SECOND));
      case "Minutes" -> floating(name, nanos / (60 * NANOS_PER_SECOND));
      case "Seconds" -> floating(name, nanos / NANOS_PER_SECOND);
      case "Milliseconds" -> integer(name, GoType.INT64, nanos / 1_000_000);
      case "Microseconds" -> integer(name, GoType.INT64, nanos / 1_000);
      case "Nanoseconds" -> integer(name, GoType.INT64, nanos);
      default -> null;
    };
  }

  private static Function integer(String name, GoType type, long value) {
    return Function.of(name, type, _ -> new GoInt(type, value));
  }

  private static Function floating(String name, double value) {
    return Function.of(name, GoType.FLOAT64, _ -> value);
  }

  private static Function string(String name, @Nullable String value) {
    return new Function(name, List.of(), false, GoType.STRING, _ -> value);
  }
}
