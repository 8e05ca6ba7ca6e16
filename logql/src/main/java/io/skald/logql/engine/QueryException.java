package io.skald.logql.engine;

/** The query is valid but cannot be answered: a pipeline error, a limit, an unmatched vector. */
public class QueryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status the HTTP status the contract gives this case
   * @param message the text for the client
   */
  public QueryException(int status, String message) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
