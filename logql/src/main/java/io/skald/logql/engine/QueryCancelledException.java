package io.skald.logql.engine;

/** The query was given up before it had an answer. */
public final class QueryCancelledException extends QueryException {
  private static final long serialVersionUID = 1;

  /**
   * @param status 504 when the time was up, 499 when nobody waits for the answer
   */
  public QueryCancelledException(int status, String message) {
    super(status, message);
  }
}
