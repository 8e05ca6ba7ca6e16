package io.skald.logql.pipeline.match;

import java.util.List;

/** What the literal analysis needs to know of a regular expression; everything else is gone. */
sealed interface RegexNode {
  /** One character that matches itself, in either case if {@code fold}. */
  record Literal(int codePoint, boolean fold) implements RegexNode {}

  /** Exactly one character that is not known. */
  record Unknown() implements RegexNode {}

  /** An assertion that takes no text: {@code ^ $ \b \B \A \z}. */
  record Assertion() implements RegexNode {}

  record Sequence(List<RegexNode> parts) implements RegexNode {}

  record Choice(List<RegexNode> alternatives) implements RegexNode {}

  /** @param max -1 when there is no upper bound */
  record Repeat(RegexNode part, int min, int max) implements RegexNode {}
}
