package io.skald.common.fleet;

/** A piece of a query has no answer. */
public final class PieceFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private static final int BAD_REQUEST = 400;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int CLIENT_CLOSED_REQUEST = 499;

  private final int status;

  /**
   * @param status the HTTP status that this deserves
   */
  public PieceFailedException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  public int status() {
    return status;
  }

  /** Returns whether it would fail in any process: it is the query that is at fault. */
  public boolean isOfTheQuery() {
    return status >= BAD_REQUEST && status < CLIENT_CLOSED_REQUEST && status != TOO_MANY_REQUESTS;
  }
}
