package io.skald.logql.template;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** An entry for templates, built by hand. */
record Entry(SortedMap<String, String> labels, byte[] line, long timestampNanos)
    implements TemplateData {
  static Entry of(String... namesAndValues) {
    SortedMap<String, String> labels = new TreeMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      labels.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return new Entry(labels, "the line".getBytes(StandardCharsets.UTF_8), 1_700_000_000_123_456_789L);
  }

  Entry withLine(String text) {
    return new Entry(labels, text.getBytes(StandardCharsets.UTF_8), timestampNanos);
  }

  @Override
  public @Nullable String label(String name) {
    return labels.get(name);
  }

  /** Runs a template called "line"; bytes that are not UTF-8 show as U+FFFD. */
  String run(String template) {
    return new String(
        Template.compile("line", template).execute(this), StandardCharsets.UTF_8);
  }

  /** Runs a template; returns its output, or the error after an exclamation mark. */
  String outcome(String template) {
    try {
      return run(template);
    } catch (TemplateException e) {
      return "!" + e.getMessage();
    }
  }
}
