package io.skald.common.values;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Estimates, from the text alone, how large a regular expression becomes when it is compiled, and
 * how deep. The library compiles {@code ((a{1000}){1000}){1000}} until memory ends and descends
 * into parentheses until the stack ends; this refuses such expressions first, with the limits and
 * words of Go's {@code regexp/syntax} where it has them.
 *
 * <p>The estimate follows parentheses, repeat counts, escapes and character classes. A text that is
 * no valid expression may be measured wrongly, which does no harm: the compiler refuses it.
 */
final class RegexBounds {
  /** Go's limit is 1000 levels, on stacks that grow; this fits the smallest thread stacks here. */
  private static final int MAX_NESTING = 250;

  /** Go's limit for the product of nested repeat counts. */
  private static final int MAX_REPEAT = 1000;

  /** Instructions of the program; some tens of bytes each. */
  private static final long MAX_SIZE = 100_000;

  /** What is known of an expression so far: one per open parenthesis. */
  private static final class Frame {
    /** Instructions in front of the last operand. */
    private long size = 1;

    /** Largest product of repeat counts in front of the last operand. */
    private long repeat = 1;

    private long lastSize;
    private long lastRepeat = 1;

    void operand(long operandSize, long operandRepeat) {
      size += lastSize;
      repeat = Math.max(repeat, lastRepeat);
      lastSize = operandSize;
      lastRepeat = operandRepeat;
    }
  }

  /** Old forms of Cyrillic letters, whose capital letters have other small ones. */
  private static final String UNFOLDABLE = "\u1C80-\u1C88";

  private static final int FIRST_UNFOLDABLE = 0x1C80;

  /** Flags that switch case off, or on for a part: the text alone decides, on the safe side. */
  private static final Pattern FOLDS_CASE = Pattern.compile("\\(\\?[a-zA-Z]*i");

  private static final Pattern HOLDS_UNFOLDABLE =
      Pattern.compile("[" + UNFOLDABLE + "]|\\\\x\\{0*1[cC]8[0-8]\\}");

  private static final Pattern UNFOLDABLE_RANGE =
      Pattern.compile("[^\\x{1C89}-\\x{10FFFF}]-[\\x{1C80}-\\x{10FFFF}]");

  private static final Pattern ESCAPED_RANGE_END =
      Pattern.compile("-\\\\x\\{0*([0-9a-fA-F]{1,8})\\}");

  private static final Pattern REPEAT = Pattern.compile("\\{([0-9]+)(?:,([0-9]*))?\\}");

  /** What the matcher keeps for each instruction is a position for each end of each group. */
  private static final long MAX_SIZE_TIMES_GROUPS = 4_000_000;

  private final String expression;
  private final boolean mayFoldCase;
  private final Deque<Frame> open = new ArrayDeque<>();
  private Frame frame = new Frame();
  private int at;
  private long groups;

  private RegexBounds(String expression, boolean ignoresCase) {
    this.expression = expression;
    this.mayFoldCase = ignoresCase || FOLDS_CASE.matcher(expression).find();
  }

  /**
   * @param ignoresCase whether it is compiled without regard to case
   * @throws IllegalArgumentException if the expression is too large or too deep to be compiled, or
   *     the library would not end
   */
  static void check(String expression, boolean ignoresCase) {
    RegexBounds bounds = new RegexBounds(expression, ignoresCase);
    if (bounds.mayFoldCase && HOLDS_UNFOLDABLE.matcher(expression).find()) {
      throw unfoldable(expression);
    }
    bounds.scan();
  }

  private void scan() {
    while (at < expression.length()) {
      char c = expression.charAt(at);
      switch (c) {
        case '\\' -> escape();
        case '[' -> characterClass();
        case '(' -> open();
        case ')' -> close();
        case '{' -> repeat();
        default -> {
          at++;
          frame.operand(1, 1);
        }
      }
      requireSize();
    }
  }

  private void escape() {
    if (expression.startsWith("\\Q", at)) {
      int end = expression.indexOf("\\E", at + 2);
      int stop = end < 0 ? expression.length() : end;
      for (int i = at + 2; i < stop; i++) {
        frame.operand(1, 1);
      }
      at = end < 0 ? stop : end + 2;
      return;
    }
    at += 2;
    // The braces of \x{41} and \p{Greek} are no repeat count.
    char escaped = at <= expression.length() ? expression.charAt(at - 1) : 0;
    if ("xpP".indexOf(escaped) >= 0 && at < expression.length() && expression.charAt(at) == '{') {
      int end = expression.indexOf('}', at);
      at = end < 0 ? expression.length() : end + 1;
    }
    frame.operand(1, 1);
  }

  private void characterClass() {
    at++;
    if (at < expression.length() && expression.charAt(at) == '^') {
      at++;
    }
    // A closing bracket that comes first stands for itself.
    int first = at;
    while (at < expression.length() && (expression.charAt(at) != ']' || at == first)) {
      if (expression.startsWith("[:", at) && expression.indexOf(":]", at + 2) >= 0) {
        at = expression.indexOf(":]", at + 2) + 1;
      } else if (expression.charAt(at) == '\\') {
        at++;
      }
      at++;
    }
    at = Math.min(at, expression.length());
    if (mayFoldCase) {
      checkFoldedClass(expression.substring(first, at));
    }
    at++;
    frame.operand(1, 1);
  }

  /**
   * The library follows the cases of each character of a range around until it comes back to it,
   * and never does from these: see {@link #UNFOLDABLE}.
   */
  private static void checkFoldedClass(String characterClass) {
    if (UNFOLDABLE_RANGE.matcher(characterClass).find()) {
      throw unfoldable(characterClass);
    }
    Matcher escape = ESCAPED_RANGE_END.matcher(characterClass);
    while (escape.find()) {
      if (escape.group(1).length() > 4
          || Integer.parseInt(escape.group(1), 16) >= FIRST_UNFOLDABLE) {
        throw unfoldable(characterClass);
      }
    }
  }

  private static IllegalArgumentException unfoldable(String part) {
    return new IllegalArgumentException(
        RegexErrors.text(
            "a case-insensitive range must not cover U+1C80 to U+1C88, split it there", part));
  }

  private void open() {
    at++;
    open.push(frame);
    groups += isCapturing() ? 1 : 0;
    if (open.size() > MAX_NESTING) {
      throw failure("expression nests too deeply", expression);
    }
    frame = new Frame();
  }

  private boolean isCapturing() {
    return expression.startsWith("?P<", at)
        || expression.startsWith("?<", at)
        || !expression.startsWith("?", at);
  }

  private void close() {
    at++;
    if (open.isEmpty()) {
      return;
    }
    frame.operand(0, 1);
    Frame inner = frame;
    frame = open.pop();
    frame.operand(inner.size + 1, inner.repeat);
  }

  /** Applies {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else in braces is plain text. */
  private void repeat() {
    Matcher counts = REPEAT.matcher(expression).region(at, expression.length());
    if (!counts.lookingAt()) {
      at++;
      frame.operand(1, 1);
      return;
    }
    long min = count(counts.group(1));
    long max = counts.group(2) == null || counts.group(2).isEmpty() ? min : count(counts.group(2));
    frame.lastRepeat *= Math.max(1, max);
    if (frame.lastRepeat > MAX_REPEAT) {
      throw failure("invalid repeat count", counts.group());
    }
    // An open end adds a loop around one more copy.
    frame.lastSize *= max + 1;
    at = counts.end();
  }

  private static long count(String digits) {
    return digits.length() > 6 ? MAX_SIZE : Long.parseLong(digits);
  }

  private void requireSize() {
    long size = frame.size + frame.lastSize;
    if (size > MAX_SIZE || size * groups > MAX_SIZE_TIMES_GROUPS) {
      throw failure("expression too large", expression);
    }
  }

  private static IllegalArgumentException failure(String description, String part) {
    return new IllegalArgumentException(RegexErrors.text(description, part));
  }
}
