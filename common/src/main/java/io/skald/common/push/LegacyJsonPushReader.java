package io.skald.common.push;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;

/** Reads the JSON form of {@code /api/prom/push}. Unknown members are stepped over. */
final class LegacyJsonPushReader {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final JsonCursor json;
  private final ByteArea area;
  private final ByteArea scratch = new ByteArea(256);
  private final DecodedPush out;

  private LegacyJsonPushReader(byte[] body, int maxRows) {
    json = new JsonCursor(body);
    area = new ByteArea(body.length);
    out = new DecodedPush(area.array(), maxRows);
  }

  /**
   * @throws PushDecodeException if the body is not JSON or has another shape
   */
  static DecodedPush read(byte[] body, int maxRows) {
    return new LegacyJsonPushReader(body, maxRows).request();
  }

  private DecodedPush request() {
    if (json.peek() < 0) {
      throw PushDecodeException.malformed("EOF");
    }
    if (!json.skipNull()) {
      json.begin('{', "an object");
      for (boolean first = true; json.nextMember(first); first = false) {
        if (json.name(scratch).equals("streams")) {
          array(this::stream);
        } else {
          json.skipValue(scratch);
        }
      }
    }
    json.end();
    out.complete(area.array());
    return out;
  }

  private void array(Runnable element) {
    if (json.skipNull()) {
      return;
    }
    json.begin('[', "an array");
    for (boolean first = true; json.nextElement(first); first = false) {
      if (!json.skipNull()) {
        element.run();
      }
    }
  }

  private void stream() {
    int labelStart = area.length();
    int labelLength = 0;
    json.begin('{', "a stream object");
    for (boolean first = true; json.nextMember(first); first = false) {
      switch (json.name(scratch)) {
        case "labels" -> {
          labelStart = area.length();
          json.string(area, "label text: a string");
          labelLength = area.length() - labelStart;
        }
        case "entries" -> array(this::entry);
        default -> json.skipValue(scratch);
      }
    }
    out.addStream(labelStart, labelLength);
  }

  private void entry() {
    long timestampNanos = 0;
    int start = area.length();
    int length = 0;
    json.begin('{', "an entry object");
    for (boolean first = true; json.nextMember(first); first = false) {
      switch (json.name(scratch)) {
        case "ts" -> timestampNanos = timestamp();
        case "line" -> {
          start = area.length();
          json.string(area, "a line: a string");
          length = area.length() - start;
        }
        default -> json.skipValue(scratch);
      }
    }
    out.addEntry(timestampNanos, start, length);
  }

  private long timestamp() {
    int from = scratch.length();
    json.string(scratch, "a timestamp as in RFC 3339");
    String text = scratch.text(from);
    scratch.cut(from);
    try {
      Instant instant = DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
      return Math.addExact(
          Math.multiplyExact(instant.getEpochSecond(), NANOS_PER_SECOND), instant.getNano());
    } catch (DateTimeException | ArithmeticException e) {
      throw json.malformed("a timestamp is not of RFC 3339");
    }
  }
}
