package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reduces label sets to the labels that identify a group. */
final class Groupings {
  private Groupings() {}

  /** No grouping at all is one group without labels. */
  static Labels apply(@Nullable Grouping grouping, Labels labels) {
    if (grouping == null) {
      return Labels.EMPTY;
    }
    return grouping.without() ? drop(labels, grouping.labels()) : keep(labels, grouping.labels());
  }

  /** Returns the labels with these names; absent ones are omitted, empty ones kept. */
  static Labels keep(Labels labels, List<String> names) {
    Labels.Builder builder = Labels.builder();
    for (String name : names) {
      String value = labels.get(name);
      if (value != null) {
        builder.set(name, value);
      }
    }
    return builder.build();
  }

  static Labels drop(Labels labels, List<String> names) {
    if (names.isEmpty()) {
      return labels;
    }
    Labels.Builder builder = labels.toBuilder();
    names.forEach(builder::remove);
    return builder.build();
  }
}
