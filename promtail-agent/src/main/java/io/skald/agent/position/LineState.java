package io.skald.agent.position;

/** Where in a line an offset stands. The order is part of the journal's format. */
public enum LineState {
  /** At the first byte of a line. */
  START,
  /** Behind a tail that was sent without its newline: a newline that follows adds no entry. */
  AFTER_TAIL,
  /** Inside a line that was cut at the cap: all up to the next newline is skipped. */
  INSIDE_CUT_LINE
}
