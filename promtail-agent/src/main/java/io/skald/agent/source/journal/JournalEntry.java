package io.skald.agent.source.journal;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the journal.
 *
 * @param fields by name; of a name that stands several times, the last value
 */
record JournalEntry(Map<String, byte[]> fields) {
  private static final String[] PRIORITIES = {
    "emerg", "alert", "crit", "error", "warning", "notice", "info", "debug"
  };

  /** Where in the journal it is; "" only in damaged output. */
  String cursor() {
    return text("__CURSOR");
  }

  /** When it was written, in microseconds since the epoch; -1 if it does not say. */
  long realtimeMicros() {
    try {
      return Long.parseLong(text("__REALTIME_TIMESTAMP"));
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  byte @Nullable [] message() {
    return fields.get("MESSAGE");
  }

  /** Adds all fields to labels for the rules. */
  void addLabels(Map<String, String> labels) {
    fields.forEach((name, value) -> {
      if (!name.startsWith("__")) {
        String lower = name.toLowerCase(java.util.Locale.ROOT);
        labels.put("__journal_" + lower, new String(value, StandardCharsets.UTF_8));
      }
    });
    String priority = text("PRIORITY");
    if (priority.matches("[0-7]")) {
      labels.put("__journal_priority_keyword", PRIORITIES[priority.charAt(0) - '0']);
    }
  }

  /** Returns the fields as text, sorted by name, without those that tell the place. */
  Map<String, @Nullable Object> texts() {
    Map<String, @Nullable Object> texts = new TreeMap<>();
    fields.forEach((name, value) -> {
      if (!name.startsWith("__")) {
        texts.put(name, new String(value, StandardCharsets.UTF_8));
      }
    });
    return texts;
  }

  private String text(String name) {
    byte[] value = fields.get(name);
    return value == null ? "" : new String(value, StandardCharsets.UTF_8);
  }
}
