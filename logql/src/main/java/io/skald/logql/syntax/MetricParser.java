package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.values.GoFloat;
import io.skald.common.values.RegexErrors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Parses expressions: log queries, metric queries, and the operators between them, which only
 * metric queries take. Operator precedence with a stack of its own, so that parentheses take no
 * thread stack; arithmetic on literals is done on the way.
 */
final class MetricParser {
  private static final int POWER_PRECEDENCE = 6;

  private final TokenStream tokens;
  private final DepthLimit depth;
  private final LogParser logs;
  private final RangeParser ranges;

  MetricParser(TokenStream tokens) {
    this.tokens = tokens;
    this.depth = new DepthLimit(tokens);
    this.logs = new LogParser(tokens);
    this.ranges = new RangeParser(tokens, logs, depth);
  }

  /** Parses {@code variants(...) of (...)}. */
  Expr.Variants variants() {
    tokens.expect(TokenKind.VARIANTS);
    tokens.expect(TokenKind.OPEN_PAREN);
    List<MetricExpr> variants = new ArrayList<>();
    do {
      variants.add(metric());
    } while (tokens.accept(TokenKind.COMMA));
    if (!tokens.accept(TokenKind.CLOSE_PAREN)) {
      throw tokens.unexpected();
    }
    tokens.expect(TokenKind.OF);
    tokens.expect(TokenKind.OPEN_PAREN);
    LogRange range = ranges.range();
    tokens.expect(TokenKind.CLOSE_PAREN);
    return new Expr.Variants(variants, range);
  }

  /** An operator and its left operand, waiting for the right one; or an open parenthesis. */
  private sealed interface Left {
    record Parenthesis() implements Left {}

    record Operand(
        Expr expr,
        MetricExpr.BinaryOperator operator,
        boolean returnBool,
        MetricExpr.Matching matching)
        implements Left {}
  }

  /** Parses a log query or a metric query. */
  Expr expression() {
    Deque<Left> lefts = new ArrayDeque<>();
    int open = 0;
    while (true) {
      for (; tokens.accept(TokenKind.OPEN_PAREN); open++) {
        lefts.push(new Left.Parenthesis());
      }
      Expr operand = operand();
      for (; open > 0 && tokens.accept(TokenKind.CLOSE_PAREN); open--) {
        operand = reduced(lefts, operand, 0);
        lefts.pop();
      }
      MetricExpr.BinaryOperator operator = operator(tokens.kind());
      if (operator == null) {
        if (open > 0) {
          throw tokens.unexpected();
        }
        return reduced(lefts, operand, 0);
      }
      tokens.next();
      boolean returnBool = tokens.accept(TokenKind.BOOL);
      MetricExpr.Matching matching = matching();
      // Powers group to the right: an earlier one waits for a later one.
      int precedence = precedence(operator);
      int reduced = precedence == POWER_PRECEDENCE ? precedence + 1 : precedence;
      lefts.push(
          new Left.Operand(reduced(lefts, operand, reduced), operator, returnBool, matching));
    }
  }

  /** Gives the operand to the operators on its left of at least this precedence. */
  private Expr reduced(Deque<Left> lefts, Expr operand, int minPrecedence) {
    Expr right = operand;
    while (lefts.peek() instanceof Left.Operand left
        && precedence(left.operator()) >= minPrecedence) {
      lefts.pop();
      right = combine(left.operator(), left.returnBool(), left.matching(), left.expr(), right);
    }
    return right;
  }

  private MetricExpr combine(
      MetricExpr.BinaryOperator operator,
      boolean returnBool,
      MetricExpr.Matching matching,
      Expr left,
      Expr right) {
    MetricExpr leftLeg = leg("left", operator, left);
    MetricExpr rightLeg = leg("right", operator, right);
    if (leftLeg instanceof MetricExpr.Literal(double a)
        && rightLeg instanceof MetricExpr.Literal(double b)) {
      return new MetricExpr.Literal(LiteralArithmetic.apply(operator, a, b));
    }
    return depth.parent(
        new MetricExpr.Binary(operator, returnBool, matching, leftLeg, rightLeg),
        leftLeg,
        rightLeg);
  }

  private static MetricExpr leg(String side, MetricExpr.BinaryOperator operator, Expr leg) {
    if (!(leg instanceof MetricExpr metric)) {
      throw SourcePosition.semanticError(
          "unexpected type for "
              + side
              + " leg of binary operation ("
              + operator.text()
              + "): "
              + typeName(leg));
    }
    if (operator.isSet() && metric instanceof MetricExpr.Literal(double value)) {
      throw SourcePosition.semanticError(
          "unexpected literal for "
              + side
              + " leg of logical/set binary operation ("
              + operator.text()
              + "): "
              + fixed(value));
    }
    return metric;
  }

  /** Names the two shapes of a log query as clients know them. */
  private static String typeName(Expr expr) {
    return expr instanceof LogExpr log && !log.stages().isEmpty()
        ? "*syntax.PipelineExpr"
        : "*syntax.MatchersExpr";
  }

  /** Prints with six decimals. */
  private static String fixed(double value) {
    return Double.isFinite(value)
        ? String.format(Locale.ROOT, "%.6f", value)
        : GoFloat.formatGoValue(value);
  }

  private MetricExpr.Matching matching() {
    boolean on = tokens.at(TokenKind.ON);
    if (!on && !tokens.at(TokenKind.IGNORING)) {
      return MetricExpr.Matching.all();
    }
    tokens.next();
    List<String> labels = names();
    MetricExpr.Cardinality cardinality =
        switch (tokens.kind()) {
          case GROUP_LEFT -> MetricExpr.Cardinality.MANY_TO_ONE;
          case GROUP_RIGHT -> MetricExpr.Cardinality.ONE_TO_MANY;
          default -> MetricExpr.Cardinality.ONE_TO_ONE;
        };
    List<String> include = List.of();
    if (cardinality != MetricExpr.Cardinality.ONE_TO_ONE) {
      tokens.next();
      if (tokens.at(TokenKind.OPEN_PAREN)) {
        include = names();
      }
    }
    return new MetricExpr.Matching(on, true, labels, cardinality, include);
  }

  private Expr operand() {
    return switch (tokens.kind()) {
      case OPEN_BRACE -> log();
      case NUMBER, ADD, SUB -> new MetricExpr.Literal(FilterParser.signedNumber(tokens));
      case VECTOR -> vector();
      case LABEL_REPLACE -> labelReplace();
      case RANGE_FUNCTION -> rangeAggregation();
      case VECTOR_FUNCTION -> vectorAggregation();
      default -> throw tokens.unexpected();
    };
  }

  private LogExpr log() {
    List<LabelMatcher> selector = logs.selector();
    LogExpr log = new LogExpr(selector, logs.stages());
    if (tokens.at(TokenKind.PIPE)) {
      // An unwrap, which needs a range aggregation around it.
      tokens.next();
      throw tokens.unexpected();
    }
    return log;
  }

  private MetricExpr vector() {
    tokens.next();
    tokens.expect(TokenKind.OPEN_PAREN);
    double value = FilterParser.value(tokens.expect(TokenKind.NUMBER));
    tokens.expect(TokenKind.CLOSE_PAREN);
    return new MetricExpr.Vector(value);
  }

  private MetricExpr labelReplace() {
    tokens.next();
    tokens.expect(TokenKind.OPEN_PAREN);
    MetricExpr inner = metric();
    if (!tokens.accept(TokenKind.COMMA)) {
      throw tokens.unexpected();
    }
    String target = tokens.expect(TokenKind.STRING).text();
    tokens.expect(TokenKind.COMMA);
    String replacement = tokens.expect(TokenKind.STRING).text();
    tokens.expect(TokenKind.COMMA);
    String source = tokens.expect(TokenKind.STRING).text();
    tokens.expect(TokenKind.COMMA);
    String regex = tokens.expect(TokenKind.STRING).text();
    tokens.expect(TokenKind.CLOSE_PAREN);
    try {
      RegexErrors.compile("^(?:" + regex + ")$");
    } catch (IllegalArgumentException e) {
      throw SourcePosition.semanticError("invalid regex in label_replace: " + e.getMessage());
    }
    return depth.parent(
        new MetricExpr.LabelReplace(inner, target, replacement, source, regex), inner);
  }

  private MetricExpr rangeAggregation() {
    MetricExpr.RangeFunction function =
        MetricExpr.RangeFunction.valueOf(tokens.next().text().toUpperCase(Locale.ROOT));
    tokens.expect(TokenKind.OPEN_PAREN);
    Double parameter = null;
    if (tokens.at(TokenKind.NUMBER)) {
      parameter = FilterParser.value(tokens.next());
      tokens.expect(TokenKind.COMMA);
    } else if (!tokens.at(TokenKind.OPEN_BRACE) && !tokens.at(TokenKind.OPEN_PAREN)) {
      throw tokens.unexpected(
          EnumSet.of(TokenKind.NUMBER, TokenKind.OPEN_BRACE, TokenKind.OPEN_PAREN));
    }
    LogRange range = ranges.range();
    tokens.expect(TokenKind.CLOSE_PAREN);
    MetricExpr.RangeAggregation aggregation =
        new MetricExpr.RangeAggregation(function, parameter, range, grouping());
    AggregationRules.check(aggregation);
    return aggregation;
  }

  private MetricExpr vectorAggregation() {
    MetricExpr.VectorFunction function =
        MetricExpr.VectorFunction.valueOf(tokens.next().text().toUpperCase(Locale.ROOT));
    Grouping grouping = grouping();
    tokens.expect(TokenKind.OPEN_PAREN);
    String parameter = null;
    if (tokens.at(TokenKind.NUMBER) && tokens.peekSecond().kind() == TokenKind.COMMA) {
      parameter = tokens.next().text();
      tokens.next();
    }
    MetricExpr inner = metric();
    if (!tokens.accept(TokenKind.CLOSE_PAREN)) {
      throw tokens.unexpected();
    }
    if (grouping == null) {
      grouping = grouping();
    }
    int count = AggregationRules.check(function, parameter, grouping);
    return depth.parent(new MetricExpr.VectorAggregation(function, count, inner, grouping), inner);
  }

  /** Parses an argument that must be a metric query. */
  private MetricExpr metric() {
    depth.enter();
    Expr inner = expression();
    depth.leave();
    if (inner instanceof MetricExpr metric) {
      return metric;
    }
    // A log query continues with a stage or an operator; nothing that can end an argument.
    throw tokens.unexpected();
  }

  private @Nullable Grouping grouping() {
    boolean without = tokens.at(TokenKind.WITHOUT);
    if (!without && !tokens.at(TokenKind.BY)) {
      return null;
    }
    tokens.next();
    return new Grouping(without, names());
  }

  /** Parses names in parentheses, perhaps none. */
  private List<String> names() {
    tokens.expect(TokenKind.OPEN_PAREN);
    List<String> names = new ArrayList<>();
    if (tokens.accept(TokenKind.CLOSE_PAREN)) {
      return names;
    }
    names.add(tokens.expectName(TokenKind.CLOSE_PAREN));
    while (tokens.accept(TokenKind.COMMA)) {
      names.add(tokens.expectName());
    }
    tokens.expect(TokenKind.CLOSE_PAREN, TokenKind.COMMA);
    return names;
  }

  private static MetricExpr.@Nullable BinaryOperator operator(TokenKind kind) {
    return switch (kind) {
      case OR -> MetricExpr.BinaryOperator.OR;
      case AND -> MetricExpr.BinaryOperator.AND;
      case UNLESS -> MetricExpr.BinaryOperator.UNLESS;
      case ADD -> MetricExpr.BinaryOperator.ADD;
      case SUB -> MetricExpr.BinaryOperator.SUB;
      case MUL -> MetricExpr.BinaryOperator.MUL;
      case DIV -> MetricExpr.BinaryOperator.DIV;
      case MOD -> MetricExpr.BinaryOperator.MOD;
      case POW -> MetricExpr.BinaryOperator.POW;
      case EQUAL_EQUAL -> MetricExpr.BinaryOperator.EQUAL;
      case NOT_EQUAL -> MetricExpr.BinaryOperator.NOT_EQUAL;
      case GREATER -> MetricExpr.BinaryOperator.GREATER;
      case GREATER_OR_EQUAL -> MetricExpr.BinaryOperator.GREATER_OR_EQUAL;
      case LESS -> MetricExpr.BinaryOperator.LESS;
      case LESS_OR_EQUAL -> MetricExpr.BinaryOperator.LESS_OR_EQUAL;
      default -> null;
    };
  }

  private static int precedence(MetricExpr.BinaryOperator operator) {
    return switch (operator) {
      case OR -> 1;
      case AND, UNLESS -> 2;
      case EQUAL, NOT_EQUAL, GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL -> 3;
      case ADD, SUB -> 4;
      case MUL, DIV, MOD -> 5;
      case POW -> POWER_PRECEDENCE;
    };
  }
}
