package io.skald.logql.pipeline.match;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A pattern expression taken apart: literal text and captures {@code <name>}, in turn. Whatever is
 * not of the form of a capture is literal text.
 */
final class PatternParts {
  /** A capture, or literal text when {@code capture} is false. */
  record Part(String text, boolean capture) {
    /** Returns the label to set, or "" for literal text and for {@code <_>}. */
    String name() {
      return capture && !text.equals("_") ? text : "";
    }
  }

  private static final Pattern CAPTURE = Pattern.compile("<([A-Za-z_][A-Za-z0-9_]*)>");

  private PatternParts() {}

  /**
   * @throws IllegalArgumentException if two captures stand side by side
   */
  static List<Part> of(String expression) {
    List<Part> parts = new ArrayList<>();
    int end = 0;
    for (MatchResult capture : CAPTURE.matcher(expression).results().toList()) {
      if (capture.start() > end) {
        parts.add(new Part(expression.substring(end, capture.start()), false));
      } else if (!parts.isEmpty()) {
        throw new IllegalArgumentException(
            "found consecutive capture '<"
                + parts.getLast().text()
                + ">"
                + capture.group()
                + "': invalid expression");
      }
      parts.add(new Part(capture.group(1), true));
      end = capture.end();
    }
    if (end < expression.length()) {
      parts.add(new Part(expression.substring(end), false));
    }
    return parts;
  }
}
