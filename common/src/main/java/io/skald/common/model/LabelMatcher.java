package io.skald.common.model;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One test of a stream selector, {@code name op "value"}. A label that is absent reads as "".
 *
 * <p>A regular expression has RE2 syntax, is anchored at both ends, and its dot matches newlines.
 */
public final class LabelMatcher {
  /** The comparison of a matcher. */
  public enum Operator {
    EQUAL("="),
    NOT_EQUAL("!="),
    REGEX("=~"),
    NOT_REGEX("!~");

    private final String text;

    Operator(String text) {
      this.text = text;
    }

    /** Returns the operator as written in a query. */
    public String text() {
      return text;
    }
  }

  private final String name;
  private final Operator operator;
  private final String value;
  private final @Nullable Pattern pattern;

  /**
   * @throws com.google.re2j.PatternSyntaxException if a regex operator has an invalid {@code value}
   */
  public LabelMatcher(String name, Operator operator, String value) {
    this.name = name;
    this.operator = operator;
    this.value = value;
    this.pattern =
        operator == Operator.REGEX || operator == Operator.NOT_REGEX
            ? Pattern.compile("^(?s:" + value + ")$")
            : null;
  }

  public String name() {
    return name;
  }

  public Operator operator() {
    return operator;
  }

  /** Returns the value or the regular expression, as written. */
  public String value() {
    return value;
  }

  public boolean matches(String labelValue) {
    return switch (operator) {
      case EQUAL -> value.equals(labelValue);
      case NOT_EQUAL -> !value.equals(labelValue);
      case REGEX -> pattern != null && pattern.matches(labelValue);
      case NOT_REGEX -> pattern != null && !pattern.matches(labelValue);
    };
  }

  public boolean matches(Labels labels) {
    return matches(labels.getOrEmpty(name));
  }

  /** Returns whether a stream without this label passes. */
  public boolean matchesEmpty() {
    return matches("");
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LabelMatcher matcher
        && name.equals(matcher.name)
        && operator == matcher.operator
        && value.equals(matcher.value);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * name.hashCode() + operator.hashCode()) + value.hashCode();
  }

  /** Prints canonical query text, {@code name="value"}. */
  @Override
  public String toString() {
    return name + operator.text() + Quoting.quote(value);
  }
}
