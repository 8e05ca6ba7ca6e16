package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Parses query text. Every failure is a {@link ParseException} with the text for the client. */
public final class Parser {
  /** A query of this many bytes is refused. */
  private static final int MAX_QUERY_BYTES = 131072;

  private Parser() {}

  /**
   * Parses any query and checks everything that can be checked without running it, except what
   * compiling its stages finds.
   *
   * @throws ParseException if the query is not valid
   */
  public static Expr parse(String query) {
    Expr expr = parseUnchecked(query);
    SelectorRule.check(expr);
    return expr;
  }

  /**
   * Parses a log query.
   *
   * @throws ParseException if the query is not valid, or is a metric query
   */
  public static LogExpr parseLog(String query) {
    if (parse(query) instanceof LogExpr log) {
      return log;
    }
    throw new ParseException("only log selector is supported");
  }

  /**
   * Parses a selector that no pipeline follows.
   *
   * @param allowEmpty whether the selector may match every stream
   * @throws ParseException if the query is not valid, or is more than a selector
   */
  public static List<LabelMatcher> parseSelector(String query, boolean allowEmpty) {
    if (!(parseUnchecked(query) instanceof LogExpr log) || !log.stages().isEmpty()) {
      throw new ParseException("only label matchers are supported");
    }
    if (!allowEmpty) {
      Matchers.requireSelective(log.selector());
    }
    return log.selector();
  }

  private static Expr parseUnchecked(String query) {
    int bytes = query.getBytes(StandardCharsets.UTF_8).length;
    if (bytes >= MAX_QUERY_BYTES) {
      throw SourcePosition.semanticError(
          "input size too long (" + bytes + " > " + MAX_QUERY_BYTES + ")");
    }
    TokenStream tokens = new TokenStream(query);
    MetricParser parser = new MetricParser(tokens);
    Expr expr = tokens.at(TokenKind.VARIANTS) ? parser.variants() : parser.expression();
    if (!tokens.at(TokenKind.END)) {
      throw tokens.unexpected();
    }
    return expr;
  }
}
