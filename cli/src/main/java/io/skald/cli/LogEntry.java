package io.skald.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One line of an answer. */
record LogEntry(long timestampNanos, Map<String, Object> labels, String line) {
  /** Returns the entries of all streams of an answer, in its order. */
  static List<LogEntry> ofStreams(List<Object> streams) {
    List<LogEntry> entries = new ArrayList<>();
    for (Object stream : streams) {
      Map<String, Object> labels = Json.object(stream, "stream");
      for (Object value : Json.list(stream, "values")) {
        List<?> pair = (List<?>) value;
        entries.add(
            new LogEntry(Long.parseLong(pair.get(0).toString()), labels, pair.get(1).toString()));
      }
    }
    return entries;
  }
}
