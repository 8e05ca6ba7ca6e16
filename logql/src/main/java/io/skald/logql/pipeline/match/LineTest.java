package io.skald.logql.pipeline.match;

import java.util.List;

/** A yes or no on the bytes of a line. Immutable and thread-safe. */
public interface LineTest {
  /** Returns whether the line {@code area[start, end)} passes. */
  boolean test(byte[] area, int start, int end);

  /**
   * Returns literals of which every line that passes contains at least one, or an empty list when
   * nothing is known. Lets a caller search a whole block for candidates first.
   */
  default List<ByteSearch> requiredAnyOf() {
    return List.of();
  }

  /**
   * Returns all that is known in the manner of {@link #requiredAnyOf}: each set holds by itself.
   */
  default List<List<ByteSearch>> requiredSets() {
    return requiredAnyOf().isEmpty() ? List.of() : List.of(requiredAnyOf());
  }

  /**
   * Returns whether every line that contains one of {@link #requiredAnyOf} passes, so that the
   * search is the test.
   */
  default boolean decidedByLiterals() {
    return false;
  }

  /**
   * Returns what the test says of all lines of the template {@code text[start, end)}, as far as it
   * can tell beyond {@link #requiredSets}; see {@link io.skald.common.block.LineTemplates}.
   */
  default TemplateVerdict onTemplate(byte[] text, int start, int end) {
    return TemplateVerdict.MAYBE;
  }

  /** Returns the test that passes where this one fails. */
  default LineTest negated() {
    return new Negation(this);
  }

  /** Returns the test of {@code |= "text"}: the bytes occur in the line. */
  static LineTest contains(String text) {
    return AnyLiteral.contains(text);
  }

  /**
   * Returns the test of {@code |~ "expression"}: RE2 syntax, found anywhere in the line.
   *
   * @throws IllegalArgumentException with Go's message if the expression is not valid
   */
  static LineTest matches(String expression) {
    return LineRegex.compile(expression);
  }

  /**
   * Returns the test of {@code |> "pattern"}.
   *
   * @throws IllegalArgumentException if the pattern is not valid
   */
  static LineTest followsPattern(String pattern) {
    return LinePattern.compile(pattern);
  }

  /** Returns the test that passes where at least one of {@code tests} does. */
  static LineTest anyOf(List<LineTest> tests) {
    return AnyOf.of(tests);
  }

  /** Passes where {@code test} fails. */
  record Negation(LineTest test) implements LineTest {
    @Override
    public boolean test(byte[] area, int start, int end) {
      return !test.test(area, start, end);
    }

    @Override
    public LineTest negated() {
      return test;
    }
  }

  /** Passes every line, or none. */
  record Constant(boolean passes) implements LineTest {
    @Override
    public boolean test(byte[] area, int start, int end) {
      return passes;
    }

    @Override
    public LineTest negated() {
      return new Constant(!passes);
    }
  }
}
