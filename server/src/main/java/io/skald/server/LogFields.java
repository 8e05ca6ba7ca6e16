package io.skald.server;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.event.KeyValuePair;

/** What a line of the log says, by name and in order. */
final class LogFields {
  /** A longer text of one field is cut: what it holds may have come from a client. */
  private static final int MAX_TEXT = 16 << 10;

  private static final String OWN = "io.skald.";

  private LogFields() {}

  /**
   * Returns time, level, component, what the thread works for, the message, what the event adds,
   * and the failure. Values are numbers or texts.
   */
  static Map<String, Object> of(ILoggingEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ts", Instant.ofEpochMilli(event.getTimeStamp()).toString());
    fields.put("level", event.getLevel().toString().toLowerCase(Locale.ROOT));
    fields.put("component", component(event.getLoggerName()));
    fields.put("msg", cut(event.getFormattedMessage()));
    event.getMDCPropertyMap().forEach((name, value) -> fields.put(name, cut(value)));
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    if (pairs != null) {
      pairs.forEach(pair -> fields.put(pair.key, value(pair.value)));
    }
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      fields.put("err", cut(thrown.getClassName() + ": " + thrown.getMessage()));
    }
    return fields;
  }

  private static Object value(Object value) {
    return switch (value) {
      case Integer number -> number;
      case Long number -> number;
      default -> cut(String.valueOf(value));
    };
  }

  private static String cut(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "...";
  }

  /** {@code io.skald.storage.wal.SegmentWriter} is the component {@code storage.wal}. */
  private static String component(String logger) {
    String own = logger.startsWith(OWN) ? logger.substring(OWN.length()) : logger;
    int type = own.lastIndexOf('.');
    return type > 0 ? own.substring(0, type) : own;
  }
}
