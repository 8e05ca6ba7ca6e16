package io.skald.common.values;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * The texts for regular expressions that do not compile, as Go's {@code regexp} package words them.
 * The library's texts are the same but for the cases below.
 */
public final class RegexErrors {
  private RegexErrors() {}

  /**
   * Compiles with Go's error text.
   *
   * @throws IllegalArgumentException if the expression is not valid RE2 syntax, with a message like
   *     {@code error parsing regexp: missing closing ): `(`}
   */
  public static Pattern compile(String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(describe(e, expression), e);
    }
  }

  /**
   * Returns the whole error text.
   *
   * @param expression the text that was compiled
   */
  public static String describe(PatternSyntaxException failure, String expression) {
    return switch (failure.getDescription()) {
      // The library reports a closing parenthesis without its partner as an internal error.
      case "regexp/syntax: internal error" -> quoted("unexpected )", expression);
      case String description -> quoted(description, failure.getPattern());
    };
  }

  private static String quoted(String description, String part) {
    return "error parsing regexp: " + description + ": `" + part + "`";
  }
}
