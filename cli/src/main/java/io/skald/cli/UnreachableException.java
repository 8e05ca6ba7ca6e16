package io.skald.cli;

/** No answer from the server; exit code 3. */
final class UnreachableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UnreachableException(String message) {
    super(message);
  }

  UnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
