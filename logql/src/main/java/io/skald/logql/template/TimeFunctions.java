package io.skald.logql.template;

import static io.skald.logql.template.GoType.ANY;
import static io.skald.logql.template.GoType.STRING;
import static io.skald.logql.template.GoType.TIME;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions over points in time, and the two that read the entry. */
final class TimeFunctions {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;
  private static final long SECONDS_PER_DAY = 24 * 60 * 60;

  static final List<Function> ALL =
      List.of(
          Function.of("__line__", STRING, a -> ByteStrings.ofBytes(a.execution().data().line())),
          Function.of(
              "__timestamp__",
              TIME,
              a -> GoTime.ofEpochNanos(a.execution().data().timestampNanos(), local(a))),
          Function.of("now", TIME, TimeFunctions::now),
          Function.of("date", STRING, TimeFunctions::date, STRING, ANY),
          Function.of(
              "toDate",
              TIME,
              a -> parse(a.layout(a.string(0)), a.string(1), local(a)),
              STRING,
              STRING),
          Function.of(
              "toDateInZone",
              TIME,
              a -> parse(a.layout(a.string(0)), a.string(2), zone(a, a.string(1))),
              STRING,
              STRING,
              STRING),
          Function.of("unixEpoch", STRING, a -> Long.toString(a.time(0).epochSecond()), TIME),
          Function.of("unixEpochMillis", STRING, a -> Long.toString(a.time(0).epochMillis()), TIME),
          Function.of("unixEpochNanos", STRING, a -> Long.toString(a.time(0).epochNanos()), TIME),
          Function.of("unixToTime", TIME, a -> fromUnix(a.string(0), local(a)), STRING));

  private TimeFunctions() {}

  private static Location local(Arguments arguments) {
    return arguments.execution().environment().local();
  }

  private static Location zone(Arguments arguments, String name) {
    Location zone = Location.named(ByteStrings.toText(name), local(arguments));
    return zone == null ? Location.UTC : zone;
  }

  private static GoTime now(Arguments arguments) {
    return GoTime.ofEpochNanos(
        arguments.execution().environment().clock().nowNanos(), local(arguments));
  }

  /** Formats a time, or an integer of Unix seconds; anything else counts as now. */
  private static String date(Arguments arguments) throws FunctionException {
    GoTime time = time(arguments, arguments.any(1)).in(local(arguments));
    return arguments.layout(arguments.string(0)).format(time);
  }

  private static GoTime time(Arguments arguments, @Nullable Object value) throws FunctionException {
    return switch (value) {
      case GoTime time -> time;
      case GoInt(GoType type, long seconds) when type == GoType.INT || type == GoType.INT64 ->
          GoTime.ofEpochSecond(seconds, local(arguments));
      case null, default -> now(arguments);
    };
  }

  private static GoTime parse(GoTimeLayout layout, String text, Location location) {
    GoTime time = GoTimeParser.parse(layout, text, location);
    return time == null ? GoTime.ZERO : time;
  }

  /** Tells the unit from the number of digits. */
  private static GoTime fromUnix(String text, Location location) throws FunctionException {
    long number;
    try {
      number = GoIntegers.parse(text, 10);
    } catch (NumberFormatException e) {
      throw new FunctionException("unable to parse time '" + text + "': " + e.getMessage());
    }
    return switch (text.length()) {
      case 5 -> GoTime.ofEpochSecond(number * SECONDS_PER_DAY, location);
      case 10 -> GoTime.ofEpochSecond(number, location);
      case 13 -> ofFraction(number, 1_000, location);
      case 16 -> ofFraction(number, 1_000_000, location);
      case 19 -> ofFraction(number, NANOS_PER_SECOND, location);
      default ->
          throw new FunctionException(
              "unable to parse time '"
                  + text
                  + "': it must have 5 digits (days), 10 (seconds), 13, 16 or 19");
    };
  }

  private static GoTime ofFraction(long number, long perSecond, Location location) {
    return new GoTime(
        Math.floorDiv(number, perSecond),
        (int) (Math.floorMod(number, perSecond) * (NANOS_PER_SECOND / perSecond)),
        location);
  }
}
