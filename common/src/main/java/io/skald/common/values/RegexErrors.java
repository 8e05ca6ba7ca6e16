package io.skald.common.values;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * Compiles regular expressions that come from outside, and words what is wrong with them as Go's
 * {@code regexp} package does.
 */
public final class RegexErrors {
  private RegexErrors() {}

  /**
   * Compiles an RE2 expression, unless it would take too much memory or stack.
   *
   * @throws IllegalArgumentException with Go's text, like {@code error parsing regexp: missing
   *     closing ): `(`}
   */
  public static Pattern compile(String expression) {
    return compile(expression, 0);
  }

  /**
   * As {@link #compile(String)}.
   *
   * @param flags those of {@link Pattern#compile(String, int)}
   */
  public static Pattern compile(String expression, int flags) {
    RegexBounds.check(expression, (flags & Pattern.CASE_INSENSITIVE) != 0);
    try {
      return Pattern.compile(expression, flags);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(describe(e, expression), e);
    }
  }

  /**
   * Returns Go's text for a failure of the library. The words are the same but for the case below.
   *
   * @param expression the text that was compiled
   */
  public static String describe(PatternSyntaxException failure, String expression) {
    return switch (failure.getDescription()) {
      // The library reports a closing parenthesis without its partner as an internal error.
      case "regexp/syntax: internal error" -> text("unexpected )", expression);
      case String description -> text(description, failure.getPattern());
    };
  }

  static String text(String description, String part) {
    return "error parsing regexp: " + description + ": `" + part + "`";
  }
}
