package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses selectors and pipelines. */
final class LogParser {
  static final String STRICT = "--strict";
  static final String KEEP_EMPTY = "--keep-empty";

  private final TokenStream tokens;
  private final FilterParser filters;

  LogParser(TokenStream tokens) {
    this.tokens = tokens;
    this.filters = new FilterParser(tokens);
  }

  List<LabelMatcher> selector() {
    tokens.expect(TokenKind.OPEN_BRACE);
    List<LabelMatcher> matchers = new ArrayList<>();
    if (tokens.accept(TokenKind.CLOSE_BRACE)) {
      return matchers;
    }
    String name = tokens.expectName(TokenKind.CLOSE_BRACE);
    while (true) {
      LabelMatcher.Operator operator = matchOperator(tokens.kind());
      if (operator == null) {
        throw tokens.unexpected(
            EnumSet.of(TokenKind.EQUAL, TokenKind.REGEX, TokenKind.NOT_REGEX, TokenKind.NOT_EQUAL));
      }
      matchers.add(matcher(name, operator));
      if (!tokens.accept(TokenKind.COMMA)) {
        tokens.expect(TokenKind.CLOSE_BRACE, TokenKind.COMMA);
        return matchers;
      }
      name = tokens.expectName();
    }
  }

  /** Parses any number of stages, up to one that only a range aggregation can have. */
  List<Stage> stages() {
    List<Stage> stages = new ArrayList<>();
    while (true) {
      Stage.LineOperator operator = lineOperator(tokens.kind());
      if (operator != null) {
        tokens.next();
        lineFilter(operator, stages);
      } else if (tokens.at(TokenKind.PIPE) && tokens.peekSecond().kind() != TokenKind.UNWRAP) {
        tokens.next();
        stages.add(stage());
      } else {
        return stages;
      }
    }
  }

  /** Parses the filters behind an unwrap. */
  List<LabelFilter> filters() {
    List<LabelFilter> parsed = new ArrayList<>();
    while (tokens.accept(TokenKind.PIPE)) {
      parsed.add(filters.parse());
    }
    return parsed;
  }

  /** Parses {@code ip("text")} and returns the text. */
  static String ipArgument(TokenStream tokens) {
    tokens.expect(TokenKind.IP);
    tokens.expect(TokenKind.OPEN_PAREN);
    String pattern = tokens.expect(TokenKind.STRING).text();
    tokens.expect(TokenKind.CLOSE_PAREN);
    return pattern;
  }

  /** Adds one filter; for a negative operator one for each alternative, which means the same. */
  private void lineFilter(Stage.LineOperator operator, List<Stage> stages) {
    List<Stage.LineArgument> alternatives = new ArrayList<>();
    do {
      alternatives.add(lineArgument());
    } while (tokens.accept(TokenKind.OR));
    if (operator.isNegative()) {
      for (Stage.LineArgument alternative : alternatives) {
        stages.add(new Stage.LineFilter(operator, List.of(alternative)));
      }
    } else {
      stages.add(new Stage.LineFilter(operator, alternatives));
    }
  }

  private Stage.LineArgument lineArgument() {
    return tokens.at(TokenKind.IP)
        ? new Stage.LineArgument(ipArgument(tokens), true)
        : new Stage.LineArgument(tokens.expect(TokenKind.STRING, TokenKind.IP).text(), false);
  }

  private Stage stage() {
    return switch (tokens.kind()) {
      case JSON -> {
        tokens.next();
        yield new Stage.Json(extractions());
      }
      case LOGFMT -> logfmt();
      case REGEXP -> {
        tokens.next();
        String expression = tokens.expect(TokenKind.STRING).text();
        ParserStageChecks.checkRegexp(expression);
        yield new Stage.Regexp(expression);
      }
      case PATTERN -> {
        tokens.next();
        String expression = tokens.expect(TokenKind.STRING).text();
        ParserStageChecks.checkPattern(expression);
        yield new Stage.Pattern(expression);
      }
      case UNPACK -> {
        tokens.next();
        yield new Stage.Unpack();
      }
      case LINE_FORMAT -> {
        tokens.next();
        yield new Stage.LineFormat(tokens.expect(TokenKind.STRING).text());
      }
      case LABEL_FORMAT -> labelFormat();
      case DECOLORIZE -> {
        tokens.next();
        yield new Stage.Decolorize();
      }
      case DROP -> {
        tokens.next();
        yield new Stage.Drop(picks());
      }
      case KEEP -> {
        tokens.next();
        yield new Stage.Keep(picks());
      }
      case IDENTIFIER, OPEN_PAREN -> new Stage.Filter(filters.parse());
      default -> throw tokens.unexpected();
    };
  }

  private Stage logfmt() {
    tokens.next();
    boolean strict = false;
    boolean keepEmpty = false;
    while (tokens.at(TokenKind.FLAG)) {
      String flag = tokens.next().text();
      strict |= flag.equals(STRICT);
      keepEmpty |= flag.equals(KEEP_EMPTY);
    }
    return new Stage.Logfmt(strict, keepEmpty, extractions());
  }

  private List<Stage.Extraction> extractions() {
    List<Stage.Extraction> extractions = new ArrayList<>();
    if (!tokens.at(TokenKind.IDENTIFIER)) {
      return extractions;
    }
    do {
      String name = tokens.expectName();
      String path = tokens.accept(TokenKind.EQUAL) ? tokens.expect(TokenKind.STRING).text() : name;
      extractions.add(new Stage.Extraction(name, path));
    } while (tokens.accept(TokenKind.COMMA));
    return extractions;
  }

  private Stage labelFormat() {
    List<Stage.LabelAssignment> assignments = new ArrayList<>();
    do {
      tokens.next();
      String target = tokens.expectName();
      tokens.expect(TokenKind.EQUAL);
      boolean rename = !tokens.at(TokenKind.STRING);
      String text = rename ? tokens.expectName(TokenKind.STRING) : tokens.next().text();
      assignments.add(new Stage.LabelAssignment(target, text, rename));
    } while (tokens.at(TokenKind.COMMA));
    return new Stage.LabelFormat(assignments);
  }

  private List<Stage.LabelPick> picks() {
    List<Stage.LabelPick> picks = new ArrayList<>();
    do {
      String name = tokens.expectName();
      LabelMatcher.Operator operator = matchOperator(tokens.kind());
      picks.add(new Stage.LabelPick(name, operator == null ? null : matcher(name, operator)));
    } while (tokens.accept(TokenKind.COMMA));
    return picks;
  }

  private LabelMatcher matcher(String name, LabelMatcher.Operator operator) {
    tokens.next();
    return Matchers.create(name, operator, tokens.expect(TokenKind.STRING).text());
  }

  private static LabelMatcher.@Nullable Operator matchOperator(TokenKind kind) {
    return switch (kind) {
      case EQUAL -> LabelMatcher.Operator.EQUAL;
      case NOT_EQUAL -> LabelMatcher.Operator.NOT_EQUAL;
      case REGEX -> LabelMatcher.Operator.REGEX;
      case NOT_REGEX -> LabelMatcher.Operator.NOT_REGEX;
      default -> null;
    };
  }

  private static Stage.@Nullable LineOperator lineOperator(TokenKind kind) {
    return switch (kind) {
      case LINE_CONTAINS -> Stage.LineOperator.CONTAINS;
      case NOT_EQUAL -> Stage.LineOperator.NOT_CONTAINS;
      case LINE_MATCHES -> Stage.LineOperator.MATCHES;
      case NOT_REGEX -> Stage.LineOperator.NOT_MATCHES;
      case LINE_PATTERN -> Stage.LineOperator.PATTERN;
      case LINE_NOT_PATTERN -> Stage.LineOperator.NOT_PATTERN;
      default -> null;
    };
  }
}
