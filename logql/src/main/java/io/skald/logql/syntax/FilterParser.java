package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.values.GoDuration;
import io.skald.common.values.GoFloat;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Parses label filters.
 *
 * <p>{@code and} binds tighter than {@code or}; a comma, or nothing at all, between two filters
 * means <i>and</i> with everything to its right: {@code a or b, c or d} is {@code a or (b and (c or
 * d))}.
 *
 * <p>Operator precedence with a stack of its own, so that parentheses take no thread stack.
 */
final class FilterParser {
  private final TokenStream tokens;
  private final DepthLimit depth;

  FilterParser(TokenStream tokens) {
    this.tokens = tokens;
    this.depth = new DepthLimit(tokens);
  }

  /** An open parenthesis, or an operator that waits for its right operand. */
  private enum Pending {
    PARENTHESIS,
    OR,
    AND,
    COMMA
  }

  /** What stands to the left of the operand that is being read; a parenthesis has no filter. */
  private record Left(Pending pending, @Nullable LabelFilter filter) {}

  LabelFilter parse() {
    Deque<Left> lefts = new ArrayDeque<>();
    int open = 0;
    while (true) {
      for (; tokens.accept(TokenKind.OPEN_PAREN); open++) {
        lefts.push(new Left(Pending.PARENTHESIS, null));
      }
      LabelFilter filter = comparison();
      for (; open > 0 && tokens.accept(TokenKind.CLOSE_PAREN); open--) {
        filter = reduced(lefts, filter, Pending.PARENTHESIS);
        lefts.pop();
      }
      Pending operator = operator();
      if (operator == null) {
        if (open > 0) {
          throw tokens.unexpected();
        }
        return reduced(lefts, filter, Pending.PARENTHESIS);
      }
      // A comma leaves everything to its left alone and waits for everything to its right.
      lefts.push(
          new Left(
              operator, operator == Pending.COMMA ? filter : reduced(lefts, filter, operator)));
    }
  }

  private @Nullable Pending operator() {
    if (tokens.accept(TokenKind.OR)) {
      return Pending.OR;
    }
    if (tokens.accept(TokenKind.AND)) {
      return Pending.AND;
    }
    return tokens.accept(TokenKind.COMMA)
            || tokens.at(TokenKind.IDENTIFIER)
            || tokens.at(TokenKind.OPEN_PAREN)
        ? Pending.COMMA
        : null;
  }

  /**
   * Gives the operand to the operators on its left that bind at least as tight as the next one.
   *
   * @param next {@link Pending#PARENTHESIS} at the end of the filter or of a parenthesis
   */
  private LabelFilter reduced(Deque<Left> lefts, LabelFilter operand, Pending next) {
    LabelFilter filter = operand;
    while (!lefts.isEmpty()) {
      Left left = lefts.peek();
      LabelFilter leftFilter = left.filter();
      boolean waits =
          left.pending() == Pending.COMMA
              ? next != Pending.PARENTHESIS
              : left.pending().compareTo(next) < 0;
      if (leftFilter == null || waits) {
        return filter;
      }
      lefts.pop();
      LabelFilter joined =
          left.pending() == Pending.OR
              ? new LabelFilter.Or(leftFilter, filter)
              : new LabelFilter.And(leftFilter, filter);
      filter = depth.parent(joined, leftFilter, filter);
    }
    return filter;
  }

  private LabelFilter comparison() {
    if (!tokens.at(TokenKind.IDENTIFIER)) {
      throw tokens.unexpected();
    }
    String name = tokens.expectName();
    return switch (tokens.kind()) {
      case REGEX -> text(name, LabelMatcher.Operator.REGEX);
      case NOT_REGEX -> text(name, LabelMatcher.Operator.NOT_REGEX);
      case EQUAL -> equality(name, LabelMatcher.Operator.EQUAL, LabelFilter.Comparison.EQUAL);
      case NOT_EQUAL ->
          equality(name, LabelMatcher.Operator.NOT_EQUAL, LabelFilter.Comparison.NOT_EQUAL);
      case EQUAL_EQUAL -> numeric(name, LabelFilter.Comparison.EQUAL);
      case GREATER -> numeric(name, LabelFilter.Comparison.GREATER);
      case GREATER_OR_EQUAL -> numeric(name, LabelFilter.Comparison.GREATER_OR_EQUAL);
      case LESS -> numeric(name, LabelFilter.Comparison.LESS);
      case LESS_OR_EQUAL -> numeric(name, LabelFilter.Comparison.LESS_OR_EQUAL);
      default -> throw tokens.unexpected();
    };
  }

  private LabelFilter text(String name, LabelMatcher.Operator operator) {
    tokens.next();
    String value = tokens.expect(TokenKind.STRING).text();
    return new LabelFilter.Text(Matchers.create(name, operator, value));
  }

  private LabelFilter equality(
      String name, LabelMatcher.Operator operator, LabelFilter.Comparison comparison) {
    return switch (tokens.peekSecond().kind()) {
      case STRING -> text(name, operator);
      case IP -> {
        tokens.next();
        yield new LabelFilter.Ip(
            name, operator == LabelMatcher.Operator.NOT_EQUAL, LogParser.ipArgument(tokens));
      }
      default -> numeric(name, comparison);
    };
  }

  private LabelFilter numeric(String name, LabelFilter.Comparison comparison) {
    tokens.next();
    return switch (tokens.kind()) {
      case DURATION -> {
        long nanos = Literals.durationNanos(tokens.next().text());
        yield new LabelFilter.Duration(name, comparison, nanos, GoDuration.format(nanos));
      }
      case BYTES -> size(name, comparison);
      case NUMBER, ADD, SUB -> {
        double value = signedNumber(tokens);
        yield new LabelFilter.Number(name, comparison, value, Literals.printNumber(value));
      }
      default -> throw tokens.unexpected();
    };
  }

  private LabelFilter size(String name, LabelFilter.Comparison comparison) {
    try {
      long bytes = Literals.bytes(tokens.next().text());
      return new LabelFilter.Bytes(name, comparison, bytes, Literals.printBytes(bytes));
    } catch (ArithmeticException e) {
      throw SourcePosition.semanticError(String.valueOf(e.getMessage()));
    }
  }

  /** Parses a number with an optional sign. */
  static double signedNumber(TokenStream tokens) {
    if (tokens.accept(TokenKind.SUB)) {
      return -number(tokens);
    }
    tokens.accept(TokenKind.ADD);
    return number(tokens);
  }

  private static double number(TokenStream tokens) {
    return value(tokens.expect(TokenKind.NUMBER));
  }

  /**
   * @throws ParseException if the number is not decimal, or too large
   */
  static double value(Token number) {
    try {
      return GoFloat.parse(number.text());
    } catch (NumberFormatException e) {
      throw SourcePosition.semanticError("unable to parse literal as a float: " + e.getMessage());
    }
  }
}
