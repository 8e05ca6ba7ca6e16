package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;

/** A test of labels inside a pipeline. */
public sealed interface LabelFilter {
  /** A numeric comparison; {@code =} and {@code ==} are both {@link #EQUAL}. */
  enum Comparison {
    EQUAL("=="),
    NOT_EQUAL("!="),
    GREATER(">"),
    GREATER_OR_EQUAL(">="),
    LESS("<"),
    LESS_OR_EQUAL("<=");

    private final String text;

    Comparison(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }

    /** Compares as IEEE 754 does: with NaN only {@link #NOT_EQUAL} holds. */
    public boolean test(double left, double right) {
      return switch (this) {
        case EQUAL -> left == right;
        case NOT_EQUAL -> left != right;
        case GREATER -> left > right;
        case GREATER_OR_EQUAL -> left >= right;
        case LESS -> left < right;
        case LESS_OR_EQUAL -> left <= right;
      };
    }
  }

  record Text(LabelMatcher matcher) implements LabelFilter {}

  /**
   * @param literal the value in canonical form, for the printer
   */
  record Number(String name, Comparison comparison, double value, String literal)
      implements LabelFilter {}

  record Duration(String name, Comparison comparison, long nanos, String literal)
      implements LabelFilter {}

  record Bytes(String name, Comparison comparison, long bytes, String literal)
      implements LabelFilter {}

  /** {@code name = ip("pattern")}, or {@code !=} when negated. */
  record Ip(String name, boolean negated, String pattern) implements LabelFilter {}

  record And(LabelFilter left, LabelFilter right) implements LabelFilter {}

  record Or(LabelFilter left, LabelFilter right) implements LabelFilter {}
}
