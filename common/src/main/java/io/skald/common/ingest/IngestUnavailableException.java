package io.skald.common.ingest;

/**
 * An ingester could not take a push now; nothing of it was acknowledged and the client may send it
 * again. The message says why and what an operator can do.
 */
public class IngestUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status HTTP status for the client: 503 for a state that passes, 500 for a failed disk,
   *     429 for overload
   */
  public IngestUnavailableException(int status, String message) {
    super(message);
    this.status = status;
  }

  public IngestUnavailableException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
