package io.skald.logql.pipeline.match;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads RE2 syntax as far as the search for literals needs it
 * (https://github.com/google/re2/wiki/Syntax). Gives up on anything it is not sure of; the
 * expression must be one that the engine has accepted.
 */
final class RegexReader {
  /** Deeper nesting is not worth the stack. */
  private static final int MAX_DEPTH = 200;

  private static final RegexNode UNKNOWN = new RegexNode.Unknown();

  private final String text;
  private int at;
  private boolean fold;
  private boolean multiLine;
  private boolean dotMatchesNewline;

  private RegexReader(String text) {
    this.text = text;
  }

  /** Returns the expression's shape, or empty when it holds something unfamiliar. */
  static Optional<RegexNode> read(String expression) {
    RegexReader reader = new RegexReader(expression);
    try {
      RegexNode node = reader.choice(0);
      return reader.at == expression.length() ? Optional.of(node) : Optional.empty();
    } catch (UnfamiliarException e) {
      return Optional.empty();
    }
  }

  private RegexNode choice(int depth) {
    if (depth > MAX_DEPTH) {
      throw new UnfamiliarException();
    }
    List<RegexNode> alternatives = new ArrayList<>();
    alternatives.add(sequence(depth));
    while (at < text.length() && text.charAt(at) == '|') {
      at++;
      alternatives.add(sequence(depth));
    }
    return alternatives.size() == 1 ? alternatives.get(0) : new RegexNode.Choice(alternatives);
  }

  private RegexNode sequence(int depth) {
    List<RegexNode> parts = new ArrayList<>();
    while (at < text.length() && text.charAt(at) != '|' && text.charAt(at) != ')') {
      char c = text.charAt(at);
      if (c == '*' || c == '+' || c == '?') {
        at++;
        repeatLast(parts, c == '+' ? 1 : 0, c == '?' ? 1 : -1);
      } else if (c != '{' || !countedRepeat(parts)) {
        atom(c, depth, parts);
      }
    }
    return parts.size() == 1 ? parts.get(0) : new RegexNode.Sequence(parts);
  }

  private void atom(char c, int depth, List<RegexNode> parts) {
    switch (c) {
      case '(' -> group(depth, parts);
      case '[' -> parts.add(characterClass());
      case '.' -> {
        at++;
        parts.add(
            new RegexNode.OneOf(
                dotMatchesNewline ? CodePointSet.ALL : CodePointSet.NEWLINE.complement()));
      }
      case '^' -> {
        at++;
        parts.add(multiLine ? RegexNode.Assertion.BEGIN_LINE : RegexNode.Assertion.BEGIN_TEXT);
      }
      case '$' -> {
        at++;
        parts.add(multiLine ? RegexNode.Assertion.END_LINE : RegexNode.Assertion.END_TEXT);
      }
      case '\\' -> escape(parts);
      default -> {
        int codePoint = text.codePointAt(at);
        at += Character.charCount(codePoint);
        parts.add(literal(codePoint));
      }
    }
  }

  private void repeatLast(List<RegexNode> parts, int min, int max) {
    if (parts.isEmpty()) {
      throw new UnfamiliarException();
    }
    if (at < text.length() && text.charAt(at) == '?') {
      at++;
    }
    parts.set(parts.size() - 1, new RegexNode.Repeat(parts.getLast(), min, max));
  }

  /** Reads {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else is a literal brace. */
  private boolean countedRepeat(List<RegexNode> parts) {
    int close = text.indexOf('}', at);
    if (close < 0 || close - at > 12) {
      return false;
    }
    String[] bounds = text.substring(at + 1, close).split(",", 3);
    if (bounds.length > 2 || !isNumber(bounds[0])) {
      return false;
    }
    int min = Integer.parseInt(bounds[0]);
    int max = min;
    if (bounds.length == 2) {
      if (!bounds[1].isEmpty() && !isNumber(bounds[1])) {
        return false;
      }
      max = bounds[1].isEmpty() ? -1 : Integer.parseInt(bounds[1]);
    }
    at = close + 1;
    repeatLast(parts, min, max);
    return true;
  }

  /** As RE2 reads it: a number with a leading zero is none. */
  private static boolean isNumber(String text) {
    boolean leadingZero = text.length() > 1 && text.startsWith("0");
    return !text.isEmpty()
        && text.length() < 5
        && !leadingZero
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  private void group(int depth, List<RegexNode> parts) {
    boolean outerFold = fold;
    boolean outerMultiLine = multiLine;
    boolean outerDot = dotMatchesNewline;
    at++;
    if (at < text.length() && text.charAt(at) == '?') {
      at++;
      if (text.startsWith("P<", at) || text.startsWith("<", at)) {
        at = text.indexOf('>', at) + 1;
      } else if (!flags()) {
        return;
      }
    }
    parts.add(choice(depth + 1));
    if (at >= text.length() || text.charAt(at) != ')') {
      throw new UnfamiliarException();
    }
    at++;
    fold = outerFold;
    multiLine = outerMultiLine;
    dotMatchesNewline = outerDot;
  }

  /** Reads {@code flags:} or {@code flags)}; returns whether a group follows. */
  private boolean flags() {
    boolean on = true;
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '-' -> on = false;
        case 'i' -> fold = on;
        case 'm' -> multiLine = on;
        case 's' -> dotMatchesNewline = on;
        case 'U' -> {
          // Which match is preferred has no bearing on whether there is one.
        }
        case ':' -> {
          return true;
        }
        case ')' -> {
          return false;
        }
        default -> throw new UnfamiliarException();
      }
    }
    throw new UnfamiliarException();
  }

  /** A class of a few plain characters, {@code [Ee]}, is a choice; any other is unknown. */
  private RegexNode characterClass() {
    int start = at + 1;
    int end = start;
    if (end < text.length() && text.charAt(end) == '^') {
      end++;
    }
    if (end < text.length() && text.charAt(end) == ']') {
      end++;
    }
    while (end < text.length() && text.charAt(end) != ']') {
      if (text.charAt(end) == '\\') {
        end += 2;
      } else if (text.startsWith("[:", end)) {
        int close = text.indexOf(":]", end + 2);
        end = close < 0 ? end + 1 : close + 2;
      } else {
        end++;
      }
    }
    if (end >= text.length()) {
      throw new UnfamiliarException();
    }
    at = end + 1;
    String members = text.substring(start, end);
    if (members.length() <= 4 && members.chars().allMatch(RegexReader::isPlainMember)) {
      return new RegexNode.Choice(members.chars().mapToObj(this::literal).toList());
    }
    CodePointSet set = RegexClassReader.read(members, fold);
    return set == null ? UNKNOWN : new RegexNode.OneOf(set);
  }

  private static boolean isPlainMember(int c) {
    return c < 0x80 && "^-[]\\".indexOf(c) < 0;
  }

  private void escape(List<RegexNode> parts) {
    if (at + 1 >= text.length()) {
      throw new UnfamiliarException();
    }
    char c = text.charAt(at + 1);
    at += 2;
    switch (c) {
      case 'A' -> parts.add(RegexNode.Assertion.BEGIN_TEXT);
      case 'z' -> parts.add(RegexNode.Assertion.END_TEXT);
      case 'b' -> parts.add(RegexNode.Assertion.WORD_BOUNDARY);
      case 'B' -> parts.add(RegexNode.Assertion.NO_WORD_BOUNDARY);
      case 'p', 'P' -> {
        at = at < text.length() && text.charAt(at) == '{' ? text.indexOf('}', at) + 1 : at + 1;
        parts.add(UNKNOWN);
      }
      case 'Q' -> {
        int end = text.indexOf("\\E", at);
        String quoted = text.substring(at, end < 0 ? text.length() : end);
        quoted.codePoints().forEach(codePoint -> parts.add(literal(codePoint)));
        at = end < 0 ? text.length() : end + 2;
      }
      case 'n' -> parts.add(literal('\n'));
      case 'r' -> parts.add(literal('\r'));
      case 't' -> parts.add(literal('\t'));
      default -> {
        CodePointSet perl = RegexClassReader.perl(c, fold);
        if (perl != null) {
          parts.add(new RegexNode.OneOf(perl));
          return;
        }
        if (c >= 0x80 || Character.isLetterOrDigit(c)) {
          throw new UnfamiliarException();
        }
        parts.add(literal(c));
      }
    }
  }

  private RegexNode literal(int codePoint) {
    // The engine reads a byte that is not UTF-8 as U+FFFD. Above ASCII, case folding has rules of
    // its own.
    if (codePoint == 0xFFFD || (fold && codePoint >= 0x80)) {
      return UNKNOWN;
    }
    boolean letter = (codePoint | 0x20) >= 'a' && (codePoint | 0x20) <= 'z';
    return new RegexNode.Literal(codePoint, fold && letter);
  }

  /** Something this reader does not know; never leaves it. */
  private static final class UnfamiliarException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnfamiliarException() {
      super("", null, false, false);
    }
  }
}
