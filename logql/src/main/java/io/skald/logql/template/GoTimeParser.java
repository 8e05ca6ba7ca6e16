package io.skald.logql.template;

import io.skald.logql.template.GoTimeLayout.Element;
import io.skald.logql.template.GoTimeLayout.Part;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a time in a layout, as Go's {@code time.ParseInLocation}. Why a text cannot be read is not
 * kept: no function of a template shows it. Used once.
 */
final class GoTimeParser {
  private static final int ABSENT = -1;

  private final List<Part> parts;
  private final Location location;

  /** What has not been read yet. */
  private String rest;

  private int year;
  private int month = ABSENT;
  private int day = ABSENT;
  private int yearDay = ABSENT;
  private int hour;
  private int minute;
  private int second;
  private int nanos;
  private boolean isPm;
  private boolean isAm;
  private boolean isUtc;
  private @Nullable Integer offsetSeconds;
  private String zoneName = "";

  private GoTimeParser(List<Part> parts, String text, Location location) {
    this.parts = parts;
    this.rest = text;
    this.location = location;
  }

  /**
   * Returns the time, or null if the text does not have the layout or is not a time.
   *
   * @param text a byte string
   * @param location where the time is if the text does not say
   */
  static @Nullable GoTime parse(GoTimeLayout layout, String text, Location location) {
    GoTimeParser parser = new GoTimeParser(layout.parts(), text, location);
    return parser.readAll() && parser.resolveDate() ? parser.time() : null;
  }

  private boolean readAll() {
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (!skipLiteral(part.literal())) {
        return false;
      }
      Element element = part.element();
      if (element == null) {
        return rest.isEmpty();
      }
      if (!read(element, part, i)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the literal; runs of spaces match runs of spaces, and none. */
  private boolean skipLiteral(String literal) {
    int at = 0;
    while (at < literal.length()) {
      char c = literal.charAt(at);
      if (c == ' ') {
        if (!rest.isEmpty() && rest.charAt(0) != ' ') {
          return false;
        }
        while (at < literal.length() && literal.charAt(at) == ' ') {
          at++;
        }
        rest = withoutSpaces(rest);
        continue;
      }
      if (rest.isEmpty() || rest.charAt(0) != c) {
        return false;
      }
      at++;
      rest = rest.substring(1);
    }
    return true;
  }

  private static String withoutSpaces(String text) {
    int at = 0;
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
    return text.substring(at);
  }

  private boolean read(Element element, Part part, int index) {
    return switch (element) {
      case YEAR -> {
        int two = digits(2, 2);
        year = two >= 69 ? 1900 + two : 2000 + two;
        yield two >= 0;
      }
      case LONG_YEAR -> set(digits(4, 4), 0, 9999, value -> year = value);
      case MONTH -> set(name(GoTimeLayout.MONTHS, true), 1, 12, value -> month = value);
      case LONG_MONTH -> set(name(GoTimeLayout.MONTHS, false), 1, 12, value -> month = value);
      case NUMERIC_MONTH -> set(digits(1, 2), 1, 12, value -> month = value);
      case ZERO_MONTH -> set(digits(2, 2), 1, 12, value -> month = value);
      // The day of the week must be one, but need not be the right one.
      case WEEKDAY -> name(GoTimeLayout.DAYS, true) > 0;
      case LONG_WEEKDAY -> name(GoTimeLayout.DAYS, false) > 0;
      // Whether the month has the day is checked at the end.
      case DAY -> set(digits(1, 2), 0, 99, value -> day = value);
      case UNDERSCORE_DAY -> {
        skipSpaces(1);
        yield set(digits(1, 2), 0, 99, value -> day = value);
      }
      case ZERO_DAY -> set(digits(2, 2), 0, 99, value -> day = value);
      case UNDERSCORE_YEAR_DAY -> {
        skipSpaces(2);
        yield set(digits(1, 3), 0, 999, value -> yearDay = value);
      }
      case ZERO_YEAR_DAY -> set(digits(3, 3), 0, 999, value -> yearDay = value);
      case HOUR -> set(digits(1, 2), 0, 23, value -> hour = value);
      case HOUR_12 -> set(digits(1, 2), 0, 12, value -> hour = value);
      case ZERO_HOUR_12 -> set(digits(2, 2), 0, 12, value -> hour = value);
      case MINUTE -> set(digits(1, 2), 0, 59, value -> minute = value);
      case ZERO_MINUTE -> set(digits(2, 2), 0, 59, value -> minute = value);
      case SECOND -> set(digits(1, 2), 0, 59, value -> second = value) && unaskedFraction(index);
      case ZERO_SECOND ->
          set(digits(2, 2), 0, 59, value -> second = value) && unaskedFraction(index);
      case UPPER_PM -> halfDay("AM", "PM");
      case LOWER_PM -> halfDay("am", "pm");
      case FRACTION_ZEROS -> fraction(part.digits());
      case FRACTION_NINES -> !startsFraction() || fraction(Math.min(9, digitsFrom(1)));
      case ZONE_NAME -> zoneName();
      case OFFSET,
          OFFSET_COLON,
          OFFSET_SHORT,
          OFFSET_SECONDS,
          OFFSET_COLON_SECONDS,
          ISO_OFFSET,
          ISO_OFFSET_COLON,
          ISO_OFFSET_SHORT,
          ISO_OFFSET_SECONDS,
          ISO_OFFSET_COLON_SECONDS ->
          offset(element);
    };
  }

  /** Keeps a value that was read if it is in the range; returns whether it is. */
  private static boolean set(int value, int low, int high, IntConsumer field) {
    if (value < low || value > high) {
      return false;
    }
    field.accept(value);
    return true;
  }

  private void skipSpaces(int max) {
    for (int i = 0; i < max && rest.startsWith(" "); i++) {
      rest = rest.substring(1);
    }
  }

  /** Takes a number of so many digits; returns -1 if it is not there. */
  private int digits(int min, int max) {
    int count = Math.min(max, digitsFrom(0));
    if (count < min) {
      return ABSENT;
    }
    int value = Integer.parseInt(rest.substring(0, count));
    rest = rest.substring(count);
    return value;
  }

  private int digitsFrom(int from) {
    int end = from;
    while (end < rest.length() && isDigit(rest.charAt(end))) {
      end++;
    }
    return end - from;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  /** Takes one of the names in any case; returns its number from 1, or -1. */
  private int name(List<String> names, boolean isShort) {
    for (int i = 0; i < names.size(); i++) {
      String name = isShort ? names.get(i).substring(0, 3) : names.get(i);
      if (rest.regionMatches(true, 0, name, 0, name.length())) {
        rest = rest.substring(name.length());
        return i + 1;
      }
    }
    return ABSENT;
  }

  private boolean halfDay(String am, String pm) {
    isAm = rest.startsWith(am);
    isPm = rest.startsWith(pm);
    if (isAm || isPm) {
      rest = rest.substring(2);
      return true;
    }
    return false;
  }

  private boolean startsFraction() {
    return rest.length() >= 2
        && (rest.charAt(0) == '.' || rest.charAt(0) == ',')
        && isDigit(rest.charAt(1));
  }

  /** After seconds, a fraction is taken even if the layout has none. */
  private boolean unaskedFraction(int index) {
    Element next = index + 1 < parts.size() ? parts.get(index + 1).element() : null;
    if (!startsFraction() || next == Element.FRACTION_ZEROS || next == Element.FRACTION_NINES) {
      return true;
    }
    return fraction(digitsFrom(1));
  }

  /** Takes a separator and exactly so many digits. */
  private boolean fraction(int count) {
    if (!startsFraction() || digitsFrom(1) < count) {
      return false;
    }
    String digits = rest.substring(1, 1 + Math.min(9, count));
    nanos = Integer.parseInt(digits + "0".repeat(9 - digits.length()));
    rest = rest.substring(1 + count);
    return true;
  }

  private boolean offset(Element element) {
    boolean acceptsZ =
        element == Element.ISO_OFFSET
            || element == Element.ISO_OFFSET_SHORT
            || element == Element.ISO_OFFSET_COLON;
    if (acceptsZ && rest.startsWith("Z")) {
      rest = rest.substring(1);
      isUtc = true;
      return true;
    }
    if (rest.isEmpty() || (rest.charAt(0) != '+' && rest.charAt(0) != '-')) {
      return false;
    }
    boolean negative = rest.charAt(0) == '-';
    rest = rest.substring(1);
    int[] numbers = new int[3];
    for (int i = 0; i < element.offsetNumbers(); i++) {
      if (i > 0 && element.hasColon()) {
        if (!rest.startsWith(":")) {
          return false;
        }
        rest = rest.substring(1);
      }
      numbers[i] = digits(2, 2);
      if (numbers[i] < 0) {
        return false;
      }
    }
    if (numbers[0] > 24 || numbers[1] > 60 || numbers[2] > 60) {
      return false;
    }
    int seconds = numbers[0] * 3600 + numbers[1] * 60 + numbers[2];
    offsetSeconds = negative ? -seconds : seconds;
    return true;
  }

  private boolean zoneName() {
    if (rest.startsWith("UTC")) {
      rest = rest.substring(3);
      isUtc = true;
      return true;
    }
    int length = zoneNameLength();
    zoneName = rest.substring(0, length);
    rest = rest.substring(length);
    return length > 0;
  }

  /** Names are 3 capital letters, or 4 or 5 with a T at the end; or GMT+3, or +03. */
  private int zoneNameLength() {
    if (rest.length() < 3) {
      return 0;
    }
    if (rest.startsWith("ChST") || rest.startsWith("MeST")) {
      return 4;
    }
    if (rest.startsWith("GMT")) {
      return 3 + signedHoursLength(3);
    }
    if (rest.charAt(0) == '+' || rest.charAt(0) == '-') {
      return signedHoursLength(0);
    }
    int upper = 0;
    while (upper < Math.min(6, rest.length())
        && rest.charAt(upper) >= 'A'
        && rest.charAt(upper) <= 'Z') {
      upper++;
    }
    return switch (upper) {
      case 3 -> 3;
      case 4 -> rest.charAt(3) == 'T' || rest.startsWith("WITA") ? 4 : 0;
      case 5 -> rest.charAt(4) == 'T' ? 5 : 0;
      default -> 0;
    };
  }

  private int signedHoursLength(int from) {
    if (from >= rest.length() || (rest.charAt(from) != '+' && rest.charAt(from) != '-')) {
      return 0;
    }
    int count = digitsFrom(from + 1);
    // Leading zeros aside, up to 23.
    String digits = rest.substring(from + 1, from + 1 + count).replaceFirst("^0+(?=\\d)", "");
    return count == 0 || digits.length() > 2 || Integer.parseInt(digits) > 23 ? 0 : 1 + count;
  }

  private boolean resolveDate() {
    if (isPm && hour < 12) {
      hour += 12;
    } else if (isAm && hour == 12) {
      hour = 0;
    }
    if (yearDay >= 0) {
      if (yearDay < 1 || yearDay > Year.of(year).length()) {
        return false;
      }
      var date = Year.of(year).atDay(yearDay);
      if ((month >= 0 && month != date.getMonthValue())
          || (day >= 0 && day != date.getDayOfMonth())) {
        return false;
      }
      month = date.getMonthValue();
      day = date.getDayOfMonth();
    }
    month = month < 0 ? 1 : month;
    day = day < 0 ? 1 : day;
    return YearMonth.of(year, month).isValidDay(day);
  }

  private GoTime time() {
    long localSecond =
        YearMonth.of(year, month)
            .atDay(day)
            .atTime(hour, minute, second)
            .toEpochSecond(ZoneOffset.UTC);
    if (isUtc) {
      return new GoTime(localSecond, nanos, Location.UTC);
    }
    if (offsetSeconds != null) {
      return atOffset(localSecond, offsetSeconds);
    }
    if (!zoneName.isEmpty()) {
      return inNamedZone(localSecond);
    }
    return new GoTime(location.toEpochSecond(localSecond), nanos, location);
  }

  /** Uses the given zone if it has that offset then, else a zone made of the offset. */
  private GoTime atOffset(long localSecond, int offset) {
    long epochSecond = localSecond - offset;
    boolean isLocal =
        location.offsetSeconds(epochSecond) == offset
            && (zoneName.isEmpty() || location.abbreviation(epochSecond).equals(zoneName));
    return new GoTime(epochSecond, nanos, isLocal ? location : Location.fixed(zoneName, offset));
  }

  private GoTime inNamedZone(long localSecond) {
    Integer known = location.offsetOf(zoneName, localSecond);
    if (known != null) {
      return new GoTime(localSecond - known, nanos, location);
    }
    // An unknown name has no offset, but the clock keeps showing what was read.
    int offset = 0;
    if (zoneName.length() > 3 && zoneName.startsWith("GMT")) {
      offset = Integer.parseInt(zoneName.substring(3)) * 3600;
    }
    return new GoTime(localSecond, nanos, Location.fixed(zoneName, offset));
  }
}
