package io.skald.cli;

import io.skald.common.model.Labels;
import java.util.Map;
import java.util.Set;

/** Label sets as text. */
final class LabelText {
  private LabelText() {}

  /** Returns {@code {a="1", b="2"}}. */
  static String of(Map<String, Object> labels) {
    return without(labels, Set.of());
  }

  /** Returns the same without some names. */
  static String without(Map<String, Object> labels, Set<String> names) {
    Labels.Builder builder = Labels.builder();
    labels.forEach(
        (name, value) -> {
          if (!names.contains(name)) {
            builder.set(name, value.toString());
          }
        });
    return builder.build().toString();
  }
}
