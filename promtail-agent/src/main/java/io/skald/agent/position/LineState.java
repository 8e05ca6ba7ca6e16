package io.skald.agent.position;

/** Where in a line an offset stands. */
public enum LineState {
  /** At the first byte of a line. */
  START(0),
  /** Behind a tail that was sent without its newline: a newline that follows adds no entry. */
  AFTER_TAIL(1),
  /** Inside a line that was cut at the cap: all up to the next newline is skipped. */
  INSIDE_CUT_LINE(2),
  /** Behind the last line of a compressed file: it is not read again. Its offset counts lines. */
  END(3);

  private final int code;

  LineState(int code) {
    this.code = code;
  }

  /** The number that stands for it in a journal. */
  int code() {
    return code;
  }

  static LineState ofCode(int code) {
    return switch (code) {
      case 0 -> START;
      case 1 -> AFTER_TAIL;
      case 2 -> INSIDE_CUT_LINE;
      case 3 -> END;
      default -> throw new IllegalArgumentException("no line state: " + code);
    };
  }
}
