package io.skald.tests.oracle;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One entry on its way through a pipeline: its line, its labels by category, its error. */
final class LineState {
  static final String ERROR = "__error__";
  static final String DETAILS = "__error_details__";

  final long timestampNanos;
  String line;
  final Map<String, String> stream;
  final Map<String, String> metadata = new TreeMap<>();
  final Map<String, String> parsed = new TreeMap<>();

  /** Names of the stream's labels, also of those that were dropped. */
  private final Set<String> streamNames;

  /** Names that a parser or label_format has set before, also of those that were dropped. */
  private final Set<String> everParsed = new HashSet<>();

  String error = "";
  boolean hasDetails;

  /** Whether a parser failed behind the start of the line: one that stops early may not notice. */
  boolean failedLate;

  LineState(PlainEntry entry) {
    this.timestampNanos = entry.timestampNanos();
    this.line = entry.line();
    this.stream = new TreeMap<>(entry.stream());
    this.streamNames = Set.copyOf(entry.stream().keySet());
    entry
        .metadata()
        .forEach((name, value) ->
            metadata.put(streamNames.contains(name) ? name + "_extracted" : name, value));
  }

  /** Returns the value of a label in any category, or null. */
  @Nullable String get(String name) {
    if (name.equals(ERROR)) {
      return error.isEmpty() ? null : error;
    }
    if (parsed.containsKey(name)) {
      return parsed.get(name);
    }
    return metadata.containsKey(name) ? metadata.get(name) : stream.get(name);
  }

  String getOrEmpty(String name) {
    String value = get(name);
    return value == null ? "" : value;
  }

  /** Returns the name that a parsed label gets: it must not hide one of the stream or metadata. */
  String extractedName(String name) {
    return streamNames.contains(name) || metadata.containsKey(name) ? name + "_extracted" : name;
  }

  /** Sets what a parser found, unless the name was set before. */
  void extract(String rawName, String value) {
    String name = extractedName(rawName);
    if (everParsed.add(name)) {
      parsed.put(name, value);
    }
  }

  Set<String> everParsed() {
    return Set.copyOf(everParsed);
  }

  /** Sets a parsed label in place of one of any category. */
  void replace(String name, String value) {
    stream.remove(name);
    metadata.remove(name);
    overwrite(name, value);
  }

  /** Sets a parsed label, whatever was there. */
  void overwrite(String name, String value) {
    everParsed.add(name);
    parsed.put(name, value);
  }

  void remove(String name) {
    if (name.equals(ERROR)) {
      error = "";
    }
    if (name.equals(DETAILS)) {
      hasDetails = false;
    }
    parsed.remove(name);
    metadata.remove(name);
    stream.remove(name);
  }

  void fail(String newError) {
    error = newError;
    hasDetails = true;
  }

  /** Returns all labels, the error among them but not its details: their text is compared apart. */
  Map<String, String> labels() {
    Map<String, String> all = new TreeMap<>(stream);
    all.putAll(metadata);
    all.putAll(parsed);
    if (!error.isEmpty()) {
      all.put(ERROR, error);
    }
    return all;
  }
}
