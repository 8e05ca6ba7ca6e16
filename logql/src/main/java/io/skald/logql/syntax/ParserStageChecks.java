package io.skald.logql.syntax;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.skald.common.values.RegexErrors;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.MatchResult;

/** What must hold for the expressions of {@code | regexp} and {@code | pattern} at parse time. */
final class ParserStageChecks {
  private static final java.util.regex.Pattern LABEL_NAME =
      java.util.regex.Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** A capture of a pattern expression; anything else in it is literal text. */
  private static final java.util.regex.Pattern CAPTURE =
      java.util.regex.Pattern.compile("<([A-Za-z_][A-Za-z0-9_]*)>");

  private ParserStageChecks() {}

  /**
   * @throws ParseException unless the expression is valid and names a label by a capture, each
   *     label once
   */
  static void checkRegexp(String expression) {
    Set<String> names = regexp(expression).namedGroups().keySet();
    if (names.isEmpty()) {
      throw invalidRegexp("at least one named capture must be supplied");
    }
    for (String name : names) {
      if (!LABEL_NAME.matcher(name).matches()) {
        throw invalidRegexp("invalid extracted label name '" + name + "'");
      }
    }
  }

  private static Pattern regexp(String expression) {
    try {
      return RegexErrors.compile(expression);
    } catch (IllegalArgumentException e) {
      throw e.getCause() instanceof PatternSyntaxException cause
              && cause.getDescription().equals("duplicate capture group name")
          ? invalidRegexp("duplicate extracted label name '" + cause.getPattern() + "'")
          : invalidRegexp(String.valueOf(e.getMessage()));
    }
  }

  /**
   * @throws ParseException unless the expression has a named capture, each name once, and text
   *     between any two captures
   */
  static void checkPattern(String expression) {
    Set<String> names = new HashSet<>();
    int previousEnd = -1;
    String previous = "";
    for (MatchResult capture : CAPTURE.matcher(expression).results().toList()) {
      if (capture.start() == previousEnd) {
        throw invalidPattern(
            "found consecutive capture '" + previous + capture.group() + "': invalid expression");
      }
      String name = capture.group(1);
      if (!name.equals("_") && !names.add(name)) {
        throw invalidPattern("duplicate capture name (" + name + "): invalid expression");
      }
      previousEnd = capture.end();
      previous = capture.group();
    }
    if (names.isEmpty()) {
      throw invalidPattern("at least one capture is required");
    }
  }

  private static ParseException invalidRegexp(String cause) {
    return SourcePosition.semanticError("invalid regexp parser: " + cause);
  }

  private static ParseException invalidPattern(String cause) {
    return SourcePosition.semanticError("invalid pattern parser: " + cause);
  }
}
