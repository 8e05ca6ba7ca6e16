package io.skald.logql.template;

import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * A moment in a zone: Go's {@code time.Time}, without the monotonic clock reading.
 *
 * @param nanos of the second, 0 to 999,999,999
 */
record GoTime(long epochSecond, int nanos, Location location) {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  /** Far inside of what java.time can show, so that an offset can be added: 30 million years. */
  private static final long MAX_EPOCH_SECOND = 1_000_000_000_000_000L;

  private static final GoTimeLayout DEFAULT_LAYOUT =
      GoTimeLayout.of("2006-01-02 15:04:05.999999999 -0700 MST");

  /** January 1, year 1, the zero value of the type; what a text that cannot be read gives. */
  static final GoTime ZERO =
      new GoTime(LocalDateTime.of(1, 1, 1, 0, 0).toEpochSecond(ZoneOffset.UTC), 0, Location.UTC);

  static GoTime ofEpochNanos(long nanos, Location location) {
    return new GoTime(
        Math.floorDiv(nanos, NANOS_PER_SECOND),
        (int) Math.floorMod(nanos, NANOS_PER_SECOND),
        location);
  }

  /**
   * @throws FunctionException if no calendar reaches that far
   */
  static GoTime ofEpochSecond(long seconds, Location location) throws FunctionException {
    if (Math.abs(seconds) > MAX_EPOCH_SECOND || seconds == Long.MIN_VALUE) {
      throw new FunctionException("time out of range: " + seconds);
    }
    return new GoTime(seconds, 0, location);
  }

  GoTime in(Location other) {
    return new GoTime(epochSecond, nanos, other);
  }

  /** Returns what a clock in the zone shows. */
  LocalDateTime local() {
    return LocalDateTime.ofEpochSecond(epochSecond + offsetSeconds(), nanos, ZoneOffset.UTC);
  }

  int offsetSeconds() {
    return location.offsetSeconds(epochSecond);
  }

  String abbreviation() {
    return ByteStrings.ofText(location.abbreviation(epochSecond));
  }

  long epochMillis() {
    return epochSecond * 1_000 + nanos / 1_000_000;
  }

  /** Returns nanoseconds since the epoch; wraps around outside of the years 1678 to 2262. */
  long epochNanos() {
    return epochSecond * NANOS_PER_SECOND + nanos;
  }

  GoTime plusNanos(long duration) {
    long total = nanos + Math.floorMod(duration, NANOS_PER_SECOND);
    long seconds = epochSecond + Math.floorDiv(duration, NANOS_PER_SECOND);
    return new GoTime(
        seconds + total / NANOS_PER_SECOND, (int) (total % NANOS_PER_SECOND), location);
  }

  /** Returns {@code this - other} in nanoseconds, or the longest duration of that sign. */
  long since(GoTime other) {
    long seconds = epochSecond - other.epochSecond;
    try {
      return Math.addExact(
          Math.multiplyExact(seconds, NANOS_PER_SECOND), (long) nanos - other.nanos);
    } catch (ArithmeticException e) {
      return seconds < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }

  boolean isBefore(GoTime other) {
    return epochSecond < other.epochSecond
        || (epochSecond == other.epochSecond && nanos < other.nanos);
  }

  boolean isSameInstant(GoTime other) {
    return epochSecond == other.epochSecond && nanos == other.nanos;
  }

  /** Returns the text as Go source code: what {@code %#v} prints. */
  String goSyntax() {
    LocalDateTime local = local();
    String zone =
        location == Location.UTC
            ? "time.UTC"
            : "time.Location(" + GoQuote.quote(ByteStrings.ofText(location.name())) + ")";
    return "time.Date(%d, time.%s, %d, %d, %d, %d, %d, %s)"
        .formatted(
            local.getYear(),
            GoTimeLayout.MONTHS.get(local.getMonthValue() - 1),
            local.getDayOfMonth(),
            local.getHour(),
            local.getMinute(),
            local.getSecond(),
            nanos,
            zone);
  }

  @Override
  public String toString() {
    return DEFAULT_LAYOUT.format(this);
  }
}
