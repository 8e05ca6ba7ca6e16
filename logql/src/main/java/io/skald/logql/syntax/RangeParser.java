package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.values.PrometheusDuration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Parses range vectors. The range may stand behind the pipeline, behind the selector, or behind
 * parentheses around either.
 */
final class RangeParser {
  private final TokenStream tokens;
  private final LogParser logs;
  private final DepthLimit depth;

  RangeParser(TokenStream tokens, LogParser logs, DepthLimit depth) {
    this.tokens = tokens;
    this.logs = logs;
    this.depth = depth;
  }

  /** What has been read so far. */
  private static final class Draft {
    private List<LabelMatcher> selector = List.of();
    private List<Stage> stages = new ArrayList<>();
    private LogRange.@Nullable Unwrap unwrap;
    private @Nullable Long rangeNanos;
    private long offsetNanos;
  }

  LogRange range() {
    Draft draft = draft();
    if (draft.rangeNanos == null) {
      throw missingRange(draft, TokenKind.RANGE);
    }
    return new LogRange(
        new LogExpr(draft.selector, draft.stages),
        draft.unwrap,
        draft.rangeNanos,
        draft.offsetNanos);
  }

  /** Parses a range, or the selector, pipeline and unwrap of one. */
  private Draft draft() {
    if (tokens.at(TokenKind.OPEN_PAREN)) {
      return parenthesised();
    }
    Draft draft = new Draft();
    draft.selector = selector();
    if (tokens.at(TokenKind.RANGE)) {
      rangeAndOffset(draft);
      pipeline(draft);
    } else {
      pipeline(draft);
      if (tokens.at(TokenKind.RANGE)) {
        rangeAndOffset(draft);
      }
    }
    return draft;
  }

  private Draft parenthesised() {
    depth.enter();
    tokens.next();
    Draft draft = draft();
    boolean complete = draft.rangeNanos != null;
    if (!tokens.at(TokenKind.CLOSE_PAREN)) {
      throw complete
          ? tokens.unexpected(EnumSet.of(TokenKind.CLOSE_PAREN))
          : missingRange(draft, TokenKind.CLOSE_PAREN);
    }
    tokens.next();
    depth.leave();
    if (!complete) {
      if (!tokens.at(TokenKind.RANGE)) {
        throw tokens.unexpected(EnumSet.of(TokenKind.RANGE));
      }
      rangeAndOffset(draft);
      if (draft.stages.isEmpty() && draft.unwrap == null && atUnwrap()) {
        draft.unwrap = unwrap();
      }
    }
    return draft;
  }

  private List<LabelMatcher> selector() {
    if (!tokens.at(TokenKind.OPEN_BRACE)) {
      throw tokens.unexpected(EnumSet.of(TokenKind.OPEN_BRACE, TokenKind.OPEN_PAREN));
    }
    return logs.selector();
  }

  private void pipeline(Draft draft) {
    draft.stages = logs.stages();
    if (atUnwrap()) {
      draft.unwrap = unwrap();
    }
  }

  private boolean atUnwrap() {
    return tokens.at(TokenKind.PIPE) && tokens.peekSecond().kind() == TokenKind.UNWRAP;
  }

  private LogRange.Unwrap unwrap() {
    tokens.next();
    tokens.next();
    LogRange.Conversion conversion =
        switch (tokens.kind()) {
          case BYTES_CONVERSION -> LogRange.Conversion.BYTES;
          case DURATION_CONVERSION -> LogRange.Conversion.DURATION;
          case DURATION_SECONDS_CONVERSION -> LogRange.Conversion.DURATION_SECONDS;
          default -> LogRange.Conversion.NONE;
        };
    if (conversion == LogRange.Conversion.NONE) {
      String label =
          tokens.expectName(
              TokenKind.BYTES_CONVERSION,
              TokenKind.DURATION_CONVERSION,
              TokenKind.DURATION_SECONDS_CONVERSION);
      return new LogRange.Unwrap(label, conversion, logs.filters());
    }
    tokens.next();
    tokens.expect(TokenKind.OPEN_PAREN);
    String label = tokens.expectName();
    tokens.expect(TokenKind.CLOSE_PAREN);
    return new LogRange.Unwrap(label, conversion, logs.filters());
  }

  private void rangeAndOffset(Draft draft) {
    draft.rangeNanos = PrometheusDuration.parse(tokens.expect(TokenKind.RANGE).text());
    if (tokens.accept(TokenKind.OFFSET)) {
      draft.offsetNanos = Literals.durationNanos(tokens.expect(TokenKind.DURATION).text());
    }
  }

  /** Behind an unwrap little can follow; behind a pipeline, a lot. */
  private ParseException missingRange(Draft draft, TokenKind end) {
    return draft.unwrap == null
        ? tokens.unexpected()
        : tokens.unexpected(EnumSet.of(end, TokenKind.PIPE));
  }
}
