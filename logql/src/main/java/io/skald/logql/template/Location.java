package io.skald.logql.template;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRulesProvider;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A time zone as Go's {@code time.Location}: an offset and an abbreviation for each moment. */
final class Location {
  static final Location UTC = fixed("UTC", 0);

  private static final DateTimeFormatter ABBREVIATION =
      DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);

  /** The abbreviation before a place had a standard time. */
  private static final String LOCAL_MEAN_TIME = "LMT";

  private static final long QUARTER_SECONDS = 91L * 24 * 60 * 60;

  private final String name;

  /** Null for a fixed offset: a layout can name one that {@link ZoneOffset} does not allow. */
  private final @Nullable ZoneId zone;

  private final int fixedOffsetSeconds;

  private Location(String name, @Nullable ZoneId zone, int fixedOffsetSeconds) {
    this.name = name;
    this.zone = zone;
    this.fixedOffsetSeconds = fixedOffsetSeconds;
  }

  /**
   * @param name also the abbreviation; may be empty
   */
  static Location fixed(String name, int offsetSeconds) {
    return new Location(name, null, offsetSeconds);
  }

  static Location of(ZoneId zone) {
    return switch (zone.normalized()) {
      case ZoneOffset offset when offset.getTotalSeconds() == 0 -> UTC;
      case ZoneOffset offset -> fixed("", offset.getTotalSeconds());
      default -> new Location(zone.getId(), zone, 0);
    };
  }

  /**
   * Returns the zone of the time zone database with that name, or null if there is none.
   *
   * @param local what {@code Local} means
   */
  static @Nullable Location named(String name, Location local) {
    return switch (name) {
      case "", "UTC" -> UTC;
      case "Local" -> local;
      default ->
          ZoneRulesProvider.getAvailableZoneIds().contains(name)
              ? new Location(name, ZoneId.of(name), 0)
              : null;
    };
  }

  String name() {
    return name;
  }

  int offsetSeconds(long epochSecond) {
    return zone == null
        ? fixedOffsetSeconds
        : zone.getRules().getOffset(Instant.ofEpochSecond(epochSecond)).getTotalSeconds();
  }

  /** Returns the abbreviation in force, {@code CET}; empty if the zone is only an offset. */
  String abbreviation(long epochSecond) {
    if (zone == null) {
      return name;
    }
    Instant instant = Instant.ofEpochSecond(epochSecond);
    List<ZoneOffsetTransition> transitions = zone.getRules().getTransitions();
    if (!transitions.isEmpty() && instant.isBefore(transitions.getFirst().getInstant())) {
      return LOCAL_MEAN_TIME;
    }
    return ABBREVIATION.format(instant.atZone(zone));
  }

  /**
   * Returns the moment when a clock in the zone shows a time. In the hour that a clock skips or
   * shows twice, one of the two offsets is used.
   *
   * @param localSecond what the clock shows, as seconds since the epoch
   */
  long toEpochSecond(long localSecond) {
    return localSecond - offsetSeconds(localSecond - offsetSeconds(localSecond));
  }

  /**
   * Returns the offset that the zone has under an abbreviation, preferably at the given time; null
   * if the zone does not use it around then.
   *
   * @param localSecond what a clock shows, as seconds since the epoch
   */
  @Nullable Integer offsetOf(String abbreviation, long localSecond) {
    long[] moments = new long[5];
    for (int i = 0; i < moments.length; i++) {
      moments[i] = localSecond + (i - 2) * QUARTER_SECONDS;
    }
    for (long moment : moments) {
      long atOffset = localSecond - offsetSeconds(moment);
      if (abbreviation(moment).equals(abbreviation)
          && abbreviation(atOffset).equals(abbreviation)) {
        return offsetSeconds(atOffset);
      }
    }
    for (long moment : moments) {
      if (abbreviation(moment).equals(abbreviation)) {
        return offsetSeconds(moment);
      }
    }
    return null;
  }
}
