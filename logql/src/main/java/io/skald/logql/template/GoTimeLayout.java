package io.skald.logql.template;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A layout of Go's package time: the reference time {@code Mon Jan 2 15:04:05 MST 2006} written in
 * the wanted form. Cut into elements once; prints and reads times. Texts are byte strings.
 */
final class GoTimeLayout {
  static final List<String> MONTHS =
      List.of(
          "January",
          "February",
          "March",
          "April",
          "May",
          "June",
          "July",
          "August",
          "September",
          "October",
          "November",
          "December");
  static final List<String> DAYS =
      List.of("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");

  /** What a layout can ask for, in the order in which they are tried. */
  enum Element {
    LONG_MONTH("January"),
    MONTH("Jan"),
    LONG_WEEKDAY("Monday"),
    WEEKDAY("Mon"),
    ZONE_NAME("MST"),
    ZERO_MONTH("01"),
    ZERO_DAY("02"),
    ZERO_HOUR_12("03"),
    ZERO_MINUTE("04"),
    ZERO_SECOND("05"),
    YEAR("06"),
    ZERO_YEAR_DAY("002"),
    HOUR("15"),
    NUMERIC_MONTH("1"),
    LONG_YEAR("2006"),
    DAY("2"),
    UNDERSCORE_DAY("_2"),
    UNDERSCORE_YEAR_DAY("__2"),
    HOUR_12("3"),
    MINUTE("4"),
    SECOND("5"),
    UPPER_PM("PM"),
    LOWER_PM("pm"),
    OFFSET_SECONDS("-070000"),
    OFFSET_COLON_SECONDS("-07:00:00"),
    OFFSET("-0700"),
    OFFSET_COLON("-07:00"),
    OFFSET_SHORT("-07"),
    ISO_OFFSET_SECONDS("Z070000"),
    ISO_OFFSET_COLON_SECONDS("Z07:00:00"),
    ISO_OFFSET("Z0700"),
    ISO_OFFSET_COLON("Z07:00"),
    ISO_OFFSET_SHORT("Z07"),

    /** {@code .000}: exactly so many digits. */
    FRACTION_ZEROS(""),

    /** {@code .999}: without trailing zeros. */
    FRACTION_NINES("");

    private final String text;

    Element(String text) {
      this.text = text;
    }

    /** Returns whether the offset is written as Z for UTC. */
    boolean isIso() {
      return text.startsWith("Z");
    }

    boolean isOffset() {
      return isIso() || text.startsWith("-");
    }

    boolean hasColon() {
      return text.indexOf(':') >= 0;
    }

    /** Returns how many numbers of two digits the offset has. */
    int offsetNumbers() {
      return (int) text.chars().filter(Character::isDigit).count() / 2;
    }
  }

  /**
   * Literal text and the element after it.
   *
   * @param element null at the end of the layout
   * @param digits how many digits a fraction has
   * @param separator of a fraction: point or comma
   */
  record Part(String literal, @Nullable Element element, int digits, char separator) {}

  private final List<Part> parts;

  private GoTimeLayout(List<Part> parts) {
    this.parts = parts;
  }

  /**
   * @param layout a byte string; every text is a layout
   */
  static GoTimeLayout of(String layout) {
    List<Part> parts = new ArrayList<>();
    int literalStart = 0;
    for (int i = 0; i < layout.length(); ) {
      int fraction = fractionEnd(layout, i);
      if (fraction > 0) {
        Element element =
            layout.charAt(i + 1) == '0' ? Element.FRACTION_ZEROS : Element.FRACTION_NINES;
        parts.add(
            new Part(
                layout.substring(literalStart, i), element, fraction - i - 1, layout.charAt(i)));
        i = fraction;
        literalStart = i;
        continue;
      }
      Element element = elementAt(layout, i);
      if (element == null) {
        i++;
        continue;
      }
      parts.add(new Part(layout.substring(literalStart, i), element, 0, '.'));
      i += element.text.length();
      literalStart = i;
    }
    parts.add(new Part(layout.substring(literalStart), null, 0, '.'));
    return new GoTimeLayout(List.copyOf(parts));
  }

  List<Part> parts() {
    return parts;
  }

  private static @Nullable Element elementAt(String layout, int index) {
    for (Element element : Element.values()) {
      if (!element.text.isEmpty() && layout.startsWith(element.text, index)) {
        int end = index + element.text.length();
        boolean isInsideWord =
            (element == Element.MONTH || element == Element.WEEKDAY)
                && end < layout.length()
                && layout.charAt(end) >= 'a'
                && layout.charAt(end) <= 'z';
        // _2006 is an underscore and a year.
        boolean isYear = element == Element.UNDERSCORE_DAY && layout.startsWith("2006", index + 1);
        return isInsideWord || isYear ? null : element;
      }
    }
    return null;
  }

  /** Returns the end of {@code .000} or {@code ,999} at {@code index}, 0 if there is none. */
  private static int fractionEnd(String layout, int index) {
    char separator = layout.charAt(index);
    if ((separator != '.' && separator != ',') || index + 1 >= layout.length()) {
      return 0;
    }
    char digit = layout.charAt(index + 1);
    int end = index + 1;
    while (end < layout.length() && layout.charAt(end) == digit) {
      end++;
    }
    boolean endsWithDigits =
        end < layout.length() && layout.charAt(end) >= '0' && layout.charAt(end) <= '9';
    return (digit == '0' || digit == '9') && !endsWithDigits ? end : 0;
  }

  String format(GoTime time) {
    LocalDateTime local = time.local();
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      out.append(part.literal());
      if (part.element() != null) {
        append(out, time, local, part, part.element());
      }
    }
    return out.toString();
  }

  private static void append(
      StringBuilder out, GoTime time, LocalDateTime local, Part part, Element element) {
    int day = local.getDayOfMonth();
    int hour = local.getHour();
    int hour12 = hour % 12 == 0 ? 12 : hour % 12;
    String month = MONTHS.get(local.getMonthValue() - 1);
    String weekday = DAYS.get(local.getDayOfWeek().getValue() % 7);
    switch (element) {
      case LONG_YEAR -> number(out, local.getYear(), 4);
      case YEAR -> number(out, Math.abs(local.getYear()) % 100, 2);
      case LONG_MONTH -> out.append(month);
      case MONTH -> out.append(month, 0, 3);
      case NUMERIC_MONTH -> out.append(local.getMonthValue());
      case ZERO_MONTH -> number(out, local.getMonthValue(), 2);
      case LONG_WEEKDAY -> out.append(weekday);
      case WEEKDAY -> out.append(weekday, 0, 3);
      case DAY -> out.append(day);
      case UNDERSCORE_DAY -> out.append(day < 10 ? " " : "").append(day);
      case ZERO_DAY -> number(out, day, 2);
      case UNDERSCORE_YEAR_DAY -> {
        int yearDay = local.getDayOfYear();
        out.append(yearDay < 10 ? "  " : yearDay < 100 ? " " : "").append(yearDay);
      }
      case ZERO_YEAR_DAY -> number(out, local.getDayOfYear(), 3);
      case HOUR -> number(out, hour, 2);
      case HOUR_12 -> out.append(hour12);
      case ZERO_HOUR_12 -> number(out, hour12, 2);
      case MINUTE -> out.append(local.getMinute());
      case ZERO_MINUTE -> number(out, local.getMinute(), 2);
      case SECOND -> out.append(local.getSecond());
      case ZERO_SECOND -> number(out, local.getSecond(), 2);
      case UPPER_PM -> out.append(hour >= 12 ? "PM" : "AM");
      case LOWER_PM -> out.append(hour >= 12 ? "pm" : "am");
      case FRACTION_ZEROS, FRACTION_NINES -> fraction(out, time.nanos(), part);
      case ZONE_NAME -> {
        String name = time.abbreviation();
        if (name.isEmpty()) {
          offset(out, time.offsetSeconds(), Element.OFFSET);
        } else {
          out.append(name);
        }
      }
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
          offset(out, time.offsetSeconds(), element);
    }
  }

  private static void offset(StringBuilder out, int seconds, Element element) {
    if (seconds == 0 && element.isIso()) {
      out.append('Z');
      return;
    }
    int magnitude = Math.abs(seconds);
    // An offset of less than a minute counts as positive, as in Go.
    out.append(seconds <= -60 ? '-' : '+');
    int[] numbers = {magnitude / 3600, magnitude / 60 % 60, magnitude % 60};
    for (int i = 0; i < element.offsetNumbers(); i++) {
      out.append(i > 0 && element.hasColon() ? ":" : "");
      number(out, numbers[i], 2);
    }
  }

  private static void fraction(StringBuilder out, int nanos, Part part) {
    String digits = Integer.toString(1_000_000_000 + nanos).substring(1);
    int count = Math.min(part.digits(), digits.length());
    if (part.element() == Element.FRACTION_NINES) {
      while (count > 0 && digits.charAt(count - 1) == '0') {
        count--;
      }
      if (count == 0) {
        return;
      }
    }
    out.append(part.separator()).append(digits, 0, count);
  }

  private static void number(StringBuilder out, int value, int width) {
    out.append(value < 0 ? "-" : "");
    String digits = Integer.toString(Math.abs(value));
    out.repeat('0', Math.max(0, width - digits.length())).append(digits);
  }
}
