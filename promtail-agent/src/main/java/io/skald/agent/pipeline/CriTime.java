package io.skald.agent.pipeline;

import java.time.DateTimeException;
import java.time.LocalDate;

/** Reads the one form of time that container runtimes write, fast. */
final class CriTime {
  /** The text has another form. */
  static final long UNKNOWN = Long.MIN_VALUE;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private CriTime() {}

  /**
   * Reads {@code 2024-05-01T10:00:00.123456789Z}, or with an offset; the fraction may be absent.
   */
  static long parse(byte[] text, int from, int end) {
    if (end - from < 20
        || text[from + 4] != '-'
        || text[from + 7] != '-'
        || text[from + 10] != 'T'
        || text[from + 13] != ':'
        || text[from + 16] != ':') {
      return UNKNOWN;
    }
    int year = 100 * two(text, from) + two(text, from + 2);
    int month = two(text, from + 5);
    int day = two(text, from + 8);
    int hour = two(text, from + 11);
    int minute = two(text, from + 14);
    int second = two(text, from + 17);
    if (year < 1700 || year > 2200 || month < 1 || day < 1 || hour < 0 || hour > 23) {
      return UNKNOWN;
    }
    if (minute < 0 || minute > 59 || second < 0 || second > 59) {
      return UNKNOWN;
    }
    int at = from + 19;
    long nanos = 0;
    if (text[at] == '.') {
      at++;
      int digits = 0;
      for (; at < end && text[at] >= '0' && text[at] <= '9'; at++) {
        if (digits < 9) {
          nanos = 10 * nanos + (text[at] - '0');
          digits++;
        }
      }
      if (digits == 0) {
        return UNKNOWN;
      }
      for (; digits < 9; digits++) {
        nanos *= 10;
      }
    }
    long offset = offsetSeconds(text, at, end);
    if (offset == UNKNOWN) {
      return UNKNOWN;
    }
    try {
      long days = LocalDate.of(year, month, day).toEpochDay();
      long seconds = days * 86_400 + hour * 3600L + minute * 60L + second - offset;
      return seconds * NANOS_PER_SECOND + nanos;
    } catch (DateTimeException _) {
      return UNKNOWN;
    }
  }

  private static long offsetSeconds(byte[] text, int at, int end) {
    if (end - at == 1 && text[at] == 'Z') {
      return 0;
    }
    if (end - at != 6 || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':') {
      return UNKNOWN;
    }
    int hours = two(text, at + 1);
    int minutes = two(text, at + 4);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) {
      return UNKNOWN;
    }
    long seconds = hours * 3600L + minutes * 60L;
    return text[at] == '-' ? -seconds : seconds;
  }

  /** Returns the number of two digits, a large negative one if they are none. */
  private static int two(byte[] text, int at) {
    int tens = text[at] - '0';
    int ones = text[at + 1] - '0';
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -100_000 : 10 * tens + ones;
  }
}
