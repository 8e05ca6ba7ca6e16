package io.skald.logql.syntax;

import io.skald.common.model.LabelMatcher;
import io.skald.common.values.RegexErrors;
import java.util.List;

/** Builds label matchers from query text, and checks selectors. */
final class Matchers {
  private static final String EMPTY_SELECTOR =
      "queries require at least one regexp or equality matcher that does not have an"
          + " empty-compatible value. For instance, app=~\".*\" does not meet this requirement, but"
          + " app=~\".+\" will";

  private Matchers() {}

  /**
   * @throws ParseException if a regular expression is not valid
   */
  static LabelMatcher create(String name, LabelMatcher.Operator operator, String value) {
    if (operator == LabelMatcher.Operator.REGEX || operator == LabelMatcher.Operator.NOT_REGEX) {
      try {
        // By itself: behind its anchors, a stray parenthesis might close the group around it.
        RegexErrors.compile(value);
      } catch (IllegalArgumentException e) {
        throw SourcePosition.semanticError(String.valueOf(e.getMessage()));
      }
    }
    return new LabelMatcher(name, operator, value);
  }

  /**
   * @throws ParseException if a stream without any label would pass
   */
  static void requireSelective(List<LabelMatcher> selector) {
    if (selector.stream().allMatch(LabelMatcher::matchesEmpty)) {
      throw emptySelector();
    }
  }

  static ParseException emptySelector() {
    return SourcePosition.semanticError(EMPTY_SELECTOR);
  }
}
