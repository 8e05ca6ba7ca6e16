package io.skald.common.ring;

/** The store of a ring cannot be reached, or refuses. */
public class RingStoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RingStoreException(String message, Throwable cause) {
    super(message, cause);
  }

  public RingStoreException(String message) {
    super(message);
  }
}
