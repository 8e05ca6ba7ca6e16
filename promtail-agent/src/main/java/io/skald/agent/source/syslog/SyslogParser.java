package io.skald.agent.source.syslog;

import io.skald.agent.source.SourceSink;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads one message. RFC 5424 strictly, since its fields have places; of RFC 3164, which describes
 * what programs did rather than what they must, as much as is there: the rest is the text.
 */
final class SyslogParser {
  private static final int MAX_PRIORITY = 191;
  private static final byte SPACE = ' ';
  private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final List<String> MONTHS =
      List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

  private final byte[] bytes;
  private int at;
  private int priority;

  private SyslogParser(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * Reads a message of RFC 5424, section 6.
   *
   * @throws SyslogFormatException telling what is missing where
   */
  static SyslogMessage rfc5424(byte[] message) throws SyslogFormatException {
    return new SyslogParser(message).readRfc5424();
  }

  /**
   * Reads a message of RFC 3164, section 4.
   *
   * @param nowNanos tells the year, which messages do not; their times are taken for UTC
   * @throws SyslogFormatException if it does not even begin with a priority
   */
  static SyslogMessage rfc3164(byte[] message, long nowNanos) throws SyslogFormatException {
    return new SyslogParser(message).readRfc3164(nowNanos);
  }

  private SyslogMessage readRfc5424() throws SyslogFormatException {
    readPriority();
    String version = field("version");
    if (!version.matches("[1-9][0-9]{0,2}")) {
      throw wrong("a version, as in <34>1");
    }
    String time = field("timestamp");
    String hostname = field("hostname");
    String appName = field("app name");
    String procId = field("process id");
    String msgId = field("message id");
    Map<String, String> data = structuredData();
    if (at < bytes.length) {
      if (bytes[at] != SPACE) {
        throw wrong("a space behind the structured data");
      }
      at++;
    }
    if (startsWith(BOM)) {
      at += BOM.length;
    }
    return new SyslogMessage(
        priority >> 3, priority & 7, hostname, appName, procId, msgId, data, nanos(time), at);
  }

  private void readPriority() throws SyslogFormatException {
    if (bytes.length == 0 || bytes[0] != '<') {
      throw wrong("<");
    }
    at = 1;
    int digits = 0;
    while (at < bytes.length && bytes[at] >= '0' && bytes[at] <= '9' && digits < 3) {
      priority = 10 * priority + bytes[at] - '0';
      at++;
      digits++;
    }
    if (digits == 0 || priority > MAX_PRIORITY) {
      throw wrong("a priority from 0 to 191");
    }
    if (at == bytes.length || bytes[at] != '>') {
      throw wrong(">");
    }
    at++;
  }

  /** Reads up to the next space, and that; a single dash is "". */
  private String field(String what) throws SyslogFormatException {
    int start = at;
    while (at < bytes.length && bytes[at] != SPACE) {
      at++;
    }
    if (at == bytes.length || at == start) {
      throw wrong("the " + what);
    }
    String value = text(start, at);
    at++;
    return value.equals("-") ? "" : value;
  }

  private Map<String, String> structuredData() throws SyslogFormatException {
    Map<String, String> data = new TreeMap<>();
    if (at < bytes.length && bytes[at] == '-') {
      at++;
      return data;
    }
    if (at == bytes.length || bytes[at] != '[') {
      throw wrong("structured data, or -");
    }
    while (at < bytes.length && bytes[at] == '[') {
      at++;
      element(data);
    }
    return data;
  }

  private void element(Map<String, String> data) throws SyslogFormatException {
    int start = at;
    while (at < bytes.length && bytes[at] != SPACE && bytes[at] != ']') {
      at++;
    }
    String id = text(start, at);
    while (at < bytes.length && bytes[at] == SPACE) {
      at++;
      int nameStart = at;
      while (at < bytes.length && bytes[at] != '=') {
        at++;
      }
      String name = text(nameStart, at);
      if (at + 1 >= bytes.length || bytes[at + 1] != '"') {
        throw wrong("a value in quotes");
      }
      at += 2;
      data.put(id + "_" + name, quoted());
    }
    if (at == bytes.length || bytes[at] != ']') {
      throw wrong("]");
    }
    at++;
  }

  /** Reads up to the closing quote, and that; a backslash escapes itself, a quote and a bracket. */
  private String quoted() throws SyslogFormatException {
    byte[] value = new byte[bytes.length - at];
    int length = 0;
    while (at < bytes.length && bytes[at] != '"') {
      if (bytes[at] == '\\'
          && at + 1 < bytes.length
          && (bytes[at + 1] == '"' || bytes[at + 1] == '\\' || bytes[at + 1] == ']')) {
        at++;
      }
      value[length++] = bytes[at++];
    }
    if (at == bytes.length) {
      throw wrong("a closing quote");
    }
    at++;
    return new String(value, 0, length, StandardCharsets.UTF_8);
  }

  private long nanos(String time) throws SyslogFormatException {
    if (time.isEmpty()) {
      return SourceSink.TIME_OF_READING;
    }
    try {
      return nanosOf(OffsetDateTime.parse(time));
    } catch (DateTimeException | ArithmeticException _) {
      throw wrong("a time as in RFC 3339, not '" + time + "',");
    }
  }

  private static long nanosOf(OffsetDateTime time) {
    return Math.addExact(Math.multiplyExact(time.toEpochSecond(), 1_000_000_000L), time.getNano());
  }

  private SyslogMessage readRfc3164(long nowNanos) throws SyslogFormatException {
    readPriority();
    long time = shortTime(nowNanos);
    String hostname = "";
    String appName = "";
    String procId = "";
    if (time != SourceSink.TIME_OF_READING) {
      int end = indexOf(SPACE, at);
      if (end > at && bytes[end - 1] != ':') { // else some programs leave the host out
        hostname = text(at, end);
        at = end + 1;
      }
    }
    int colon = at;
    while (colon < bytes.length && bytes[colon] != ':' && bytes[colon] != SPACE) {
      colon++;
    }
    if (colon < bytes.length && bytes[colon] == ':' && colon > at) {
      String tag = text(at, colon);
      int open = tag.indexOf('[');
      if (open > 0 && tag.endsWith("]")) {
        procId = tag.substring(open + 1, tag.length() - 1);
        tag = tag.substring(0, open);
      }
      appName = tag;
      at = colon + 1;
      if (at < bytes.length && bytes[at] == SPACE) {
        at++;
      }
    }
    return new SyslogMessage(
        priority >> 3, priority & 7, hostname, appName, procId, "", Map.of(), time, at);
  }

  /** Reads {@code Mmm dd hh:mm:ss} or a time of RFC 3339, with the space behind it, if there is. */
  private long shortTime(long nowNanos) {
    int end = indexOf(SPACE, at);
    if (end > at && Character.isDigit(bytes[at])) {
      try {
        long nanos = nanosOf(OffsetDateTime.parse(text(at, end)));
        at = end + 1;
        return nanos;
      } catch (DateTimeException | ArithmeticException _) {
        return SourceSink.TIME_OF_READING;
      }
    }
    int length = "Mmm dd hh:mm:ss".length();
    if (at + length > bytes.length) {
      return SourceSink.TIME_OF_READING;
    }
    String text = text(at, at + length);
    if (!text.matches("[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}")
        || !MONTHS.contains(text.substring(0, 3))) {
      return SourceSink.TIME_OF_READING;
    }
    try {
      long nanos = ofYear(text, nowNanos);
      at += length;
      if (at < bytes.length && bytes[at] == SPACE) {
        at++;
      }
      return nanos;
    } catch (DateTimeException _) {
      return SourceSink.TIME_OF_READING;
    }
  }

  /** A message from December may arrive in January, and one from a fast clock in December. */
  private static long ofYear(String text, long nowNanos) {
    LocalDateTime now = LocalDateTime.ofEpochSecond(nowNanos / 1_000_000_000L, 0, ZoneOffset.UTC);
    Month month = Month.of(MONTHS.indexOf(text.substring(0, 3)) + 1);
    int year = now.getYear();
    if (month == Month.DECEMBER && now.getMonth() == Month.JANUARY) {
      year--;
    } else if (month == Month.JANUARY && now.getMonth() == Month.DECEMBER) {
      year++;
    }
    LocalDateTime time =
        LocalDateTime.of(
            year,
            month,
            Integer.parseInt(text.substring(4, 6).strip()),
            Integer.parseInt(text.substring(7, 9)),
            Integer.parseInt(text.substring(10, 12)),
            Integer.parseInt(text.substring(13, 15)));
    return time.toEpochSecond(ZoneOffset.UTC) * 1_000_000_000L;
  }

  private int indexOf(byte wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  private boolean startsWith(byte[] prefix) {
    if (at + prefix.length > bytes.length) {
      return false;
    }
    for (int i = 0; i < prefix.length; i++) {
      if (bytes[at + i] != prefix[i]) {
        return false;
      }
    }
    return true;
  }

  private String text(int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  private SyslogFormatException wrong(String expected) {
    return new SyslogFormatException("expected " + expected + " at byte " + at);
  }
}
