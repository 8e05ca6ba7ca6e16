package io.skald.logql.syntax;

/** The query is not valid. The message is what a client is shown, position included. */
public final class ParseException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public ParseException(String message) {
    super(message);
  }
}
