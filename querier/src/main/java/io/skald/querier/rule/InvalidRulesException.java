package io.skald.querier.rule;

/** Rules that cannot be used. The message says why. */
public final class InvalidRulesException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int line;

  /**
   * @param line of the text, from 1; 0 if it is not known
   */
  public InvalidRulesException(int line, String message) {
    super(message);
    this.line = line;
  }

  public int line() {
    return line;
  }
}
