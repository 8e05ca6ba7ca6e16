package io.skald.common.push;

/** Reads the JSON form of {@code /loki/api/v1/push}. Unknown members are stepped over. */
final class JsonPushReader {
  private final JsonCursor json;
  private final ByteArea area;
  private final ByteArea scratch = new ByteArea(256);
  private final LabelTextWriter labels = new LabelTextWriter();
  private final DecodedPush out;

  private JsonPushReader(byte[] body, int maxRows) {
    json = new JsonCursor(body);
    area = new ByteArea(body.length);
    out = new DecodedPush(area.array(), maxRows);
  }

  /**
   * @throws PushDecodeException if the body is not JSON or has another shape
   */
  static DecodedPush read(byte[] body, int maxRows) {
    return new JsonPushReader(body, maxRows).request();
  }

  private DecodedPush request() {
    if (json.peek() < 0) {
      throw PushDecodeException.malformed("EOF");
    }
    if (!json.skipNull()) {
      json.begin('{', "an object");
      for (boolean first = true; json.nextMember(first); first = false) {
        if (json.name(scratch).equals("streams")) {
          streams();
        } else {
          json.skipValue(scratch);
        }
      }
    }
    json.end();
    out.complete(area.array());
    return out;
  }

  private void streams() {
    if (json.skipNull()) {
      return;
    }
    json.begin('[', "an array of streams");
    for (boolean first = true; json.nextElement(first); first = false) {
      if (!json.skipNull()) {
        stream();
      }
    }
  }

  private void stream() {
    labels.clear();
    json.begin('{', "a stream object");
    for (boolean first = true; json.nextMember(first); first = false) {
      switch (json.name(scratch)) {
        case "stream" -> labels.read(json, scratch);
        case "values" -> values();
        default -> json.skipValue(scratch);
      }
    }
    int labelStart = area.length();
    out.addStream(labelStart, labels.write(area));
  }

  private void values() {
    if (json.skipNull()) {
      return;
    }
    json.begin('[', "an array of entries");
    for (boolean first = true; json.nextElement(first); first = false) {
      if (!json.skipNull()) {
        entry();
      }
    }
  }

  private void entry() {
    json.begin('[', "an entry: [\"nanoseconds\", \"line\"]");
    if (!json.nextElement(true)) {
      throw json.malformed("an entry has no timestamp");
    }
    long timestampNanos = timestamp();
    int start = area.length();
    int length = 0;
    int element = 1;
    while (json.nextElement(false)) {
      switch (element++) {
        case 1 -> {
          json.string(area, "a line: a string");
          length = area.length() - start;
        }
        case 2 -> metadata();
        default -> json.skipValue(scratch);
      }
    }
    out.addEntry(timestampNanos, start, length);
  }

  private long timestamp() {
    int from = scratch.length();
    json.string(scratch, "a timestamp: nanoseconds as a string");
    String text = scratch.text(from);
    scratch.cut(from);
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw json.malformed("a timestamp is not a number of nanoseconds");
    }
  }

  private void metadata() {
    if (json.skipNull()) {
      return;
    }
    json.begin('{', "an object of structured metadata");
    for (boolean first = true; json.nextMember(first); first = false) {
      int nameStart = area.length();
      json.string(area, "a metadata name");
      int nameLength = area.length() - nameStart;
      json.colon();
      int valueStart = area.length();
      json.string(area, "a metadata value: a string");
      out.addPair(nameStart, nameLength, valueStart, area.length() - valueStart);
    }
  }
}
