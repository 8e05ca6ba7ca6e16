package io.skald.common.push;

import io.skald.common.model.Quoting;
import java.util.Map;
import java.util.TreeMap;

/**
 * Collects the labels of a stream that does not come with label text, and writes them as such: all
 * forms are parsed, cached and refused alike.
 */
final class LabelTextWriter {
  private final Map<String, String> labels = new TreeMap<>();

  void clear() {
    labels.clear();
  }

  boolean isEmpty() {
    return labels.isEmpty();
  }

  /** Adds a label; of a repeated name the last value counts. */
  void put(String name, String value) {
    labels.put(name, value);
  }

  void remove(String name) {
    labels.remove(name);
  }

  /** Takes a JSON object; of a repeated name the last value counts. */
  void read(JsonCursor json, ByteArea scratch) {
    if (json.skipNull()) {
      return;
    }
    json.begin('{', "an object of labels");
    for (boolean first = true; json.nextMember(first); first = false) {
      String name = json.name(scratch);
      int from = scratch.length();
      if (json.peek() == '"') {
        json.string(scratch, "a label value");
      } else {
        json.scalarText(scratch, "a label value");
      }
      labels.put(name, scratch.text(from));
      scratch.cut(from);
    }
  }

  /** Adds the text to {@code out} and returns its length. */
  int write(ByteArea out) {
    int from = out.length();
    StringBuilder text = new StringBuilder("{");
    labels.forEach((name, value) -> {
      if (text.length() > 1) {
        text.append(", ");
      }
      text.append(name).append('=');
      Quoting.appendQuoted(text, value);
    });
    out.add(text.append('}').toString());
    return out.length() - from;
  }
}
