package io.skald.common.push;

/**
 * A push that cannot be read as a whole; nothing of it is stored. The message is for the client.
 */
public final class PushDecodeException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * @param status 400 for a damaged body, 413 for one that is too large
   * @param message without a trailing newline
   */
  public PushDecodeException(int status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static PushDecodeException malformed(String message) {
    return new PushDecodeException(400, message);
  }

  static PushDecodeException tooLarge(long size, long max) {
    return new PushDecodeException(
        413,
        "request body too large: message size too large than max (" + size + " vs " + max + ")");
  }

  public int status() {
    return status;
  }
}
