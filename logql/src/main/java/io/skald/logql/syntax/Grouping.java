package io.skald.logql.syntax;

import java.util.List;

/**
 * {@code by (labels)} or {@code without (labels)}. Absence of a grouping is a null {@code Grouping}
 * in the node that could have one.
 */
public record Grouping(boolean without, List<String> labels) {
  public Grouping {
    labels = List.copyOf(labels);
  }
}
