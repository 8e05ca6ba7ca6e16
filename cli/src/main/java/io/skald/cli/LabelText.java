package io.skald.cli;

import io.skald.common.model.Labels;
import java.util.Map;

/** Label sets as text. */
final class LabelText {
  private LabelText() {}

  /** Returns {@code {a="1", b="2"}}. */
  static String of(Map<String, Object> labels) {
    return without(labels, Map.of());
  }

  /** Returns the same without those labels that {@code known} has with the same value. */
  static String without(Map<String, Object> labels, Map<String, Object> known) {
    Labels.Builder builder = Labels.builder();
    labels.forEach((name, value) -> {
      if (!value.equals(known.get(name))) {
        builder.set(name, value.toString());
      }
    });
    return builder.build().toString();
  }
}
