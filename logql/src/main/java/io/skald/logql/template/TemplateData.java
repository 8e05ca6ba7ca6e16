package io.skald.logql.template;

import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** What a template can see of an entry. */
public interface TemplateData {
  /** Returns the value of a label, or null when it is absent (the template then reads ""). */
  @Nullable String label(String name);

  /** Returns all labels by name, for {@code range} over the dot; made on demand. */
  SortedMap<String, String> labels();

  /** Returns the current line. */
  byte[] line();

  /** Returns the time of the entry, nanoseconds since the Unix epoch. */
  long timestampNanos();
}
