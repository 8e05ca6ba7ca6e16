package io.skald.cli;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.io.JsonStringEncoder;

/** Entries of one stream as a push body. */
final class ImportBatch {
  private final StringBuilder values = new StringBuilder();
  private final String head;
  private int size;

  ImportBatch(Labels stream) {
    StringBuilder text = new StringBuilder("{\"streams\":[{\"stream\":{");
    for (int i = 0; i < stream.size(); i++) {
      text.append(i == 0 ? "" : ",");
      quote(stream.name(i), text);
      text.append(':');
      quote(stream.value(i), text);
    }
    this.head = text.append("},\"values\":[").toString();
  }

  private static void quote(String text, StringBuilder out) {
    out.append('"').append(JsonStringEncoder.getInstance().quoteAsCharArray(text)).append('"');
  }

  void add(long timestampNanos, String line) {
    values.append(size++ == 0 ? "[\"" : ",[\"").append(timestampNanos).append("\",");
    quote(line, values);
    values.append(']');
  }

  int size() {
    return size;
  }

  int characters() {
    return values.length();
  }

  byte[] body() {
    return (head + values + "]}]}").getBytes(StandardCharsets.UTF_8);
  }

  void clear() {
    values.setLength(0);
    size = 0;
  }
}
