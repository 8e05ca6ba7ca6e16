package io.skald.logql.pipeline.match;

import java.util.List;

/** A regular expression as a tree, without what does not bear on whether it matches. */
sealed interface RegexNode {
  /** One character that matches itself, in either case if {@code fold}. */
  record Literal(int codePoint, boolean fold) implements RegexNode {}

  /** One character of a set. */
  record OneOf(CodePointSet set) implements RegexNode {}

  /** Exactly one character that this reader does not know more about. */
  record Unknown() implements RegexNode {}

  /** An assertion that takes no text. */
  enum Assertion implements RegexNode {
    BEGIN_TEXT,
    END_TEXT,
    BEGIN_LINE,
    END_LINE,
    WORD_BOUNDARY,
    NO_WORD_BOUNDARY
  }

  record Sequence(List<RegexNode> parts) implements RegexNode {}

  record Choice(List<RegexNode> alternatives) implements RegexNode {}

  /** @param max -1 when there is no upper bound */
  record Repeat(RegexNode part, int min, int max) implements RegexNode {}
}
