package io.skald.cli;

/** The server answered with an error; its text is the message, exit code 1. */
final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RefusedException(String message) {
    super(message);
  }
}
