package io.skald.ingester;

/** A flush that was asked for could not be done; the data is still in memory and in the WAL. */
public final class FlushFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  FlushFailedException(Throwable cause) {
    super("flush failed, the data stays in memory and in the WAL: " + cause.getMessage(), cause);
  }
}
