package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.values.GoDuration;
import io.skald.common.values.GoFloat;

/**
 * Parses label filters.
 *
 * <p>{@code and} binds tighter than {@code or}; a comma, or nothing at all, between two filters
 * means <i>and</i> with everything to its right: {@code a or b, c or d} is {@code a or (b and (c or
 * d))}.
 */
final class FilterParser {
  private final TokenStream tokens;

  FilterParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  LabelFilter parse() {
    LabelFilter left = conjunction();
    while (tokens.at(TokenKind.OR)) {
      tokens.next();
      tokens.countOperator();
      left = new LabelFilter.Or(left, conjunction());
    }
    return left;
  }

  private LabelFilter conjunction() {
    LabelFilter left = operand();
    while (tokens.at(TokenKind.AND)) {
      tokens.next();
      tokens.countOperator();
      left = new LabelFilter.And(left, operand());
    }
    return left;
  }

  private LabelFilter operand() {
    LabelFilter filter = tokens.at(TokenKind.OPEN_PAREN) ? nested() : comparison();
    if (tokens.accept(TokenKind.COMMA)
        || tokens.at(TokenKind.IDENTIFIER)
        || tokens.at(TokenKind.OPEN_PAREN)) {
      tokens.countOperator();
      return new LabelFilter.And(filter, parse());
    }
    return filter;
  }

  private LabelFilter nested() {
    tokens.enter();
    tokens.next();
    LabelFilter filter = parse();
    if (!tokens.accept(TokenKind.CLOSE_PAREN)) {
      throw tokens.unexpected();
    }
    tokens.leave();
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
