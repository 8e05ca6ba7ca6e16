package io.skald.cli;

/** Nobody reads the output any more: the command ends, and that is not an error. */
final class ReaderGoneException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ReaderGoneException(Throwable cause) {
    super(cause);
  }
}
