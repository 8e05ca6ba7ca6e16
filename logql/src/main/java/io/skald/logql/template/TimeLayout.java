package io.skald.logql.template;

import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * A layout of Go's package time for callers outside of templates. Reads as {@code
 * time.ParseInLocation} does: a fraction may follow the seconds though the layout has none, an
 * abbreviation of a zone that the location does not know is an offset of zero. Immutable.
 */
public final class TimeLayout {
  private final GoTimeLayout layout;
  private final Location location;
  private final boolean hasYear;

  /** A moment. */
  public record Time(long epochSecond, int nanos) {}

  private TimeLayout(GoTimeLayout layout, Location location) {
    this.layout = layout;
    this.location = location;
    this.hasYear =
        layout.parts().stream()
            .anyMatch(part ->
                part.element() == GoTimeLayout.Element.YEAR
                    || part.element() == GoTimeLayout.Element.LONG_YEAR);
  }

  /**
   * @param zone where times are that do not say it
   */
  public static TimeLayout of(String layout, ZoneId zone) {
    return new TimeLayout(GoTimeLayout.of(ByteStrings.ofText(layout)), Location.of(zone));
  }

  /** Tells whether the layout says the year; without, times are in the year 0. */
  public boolean hasYear() {
    return hasYear;
  }

  /** Returns the time, or null if the text does not have the layout. */
  public @Nullable Time parse(String text) {
    GoTime time = GoTimeParser.parse(layout, ByteStrings.ofText(text), location);
    return time == null ? null : new Time(time.epochSecond(), time.nanos());
  }
}
