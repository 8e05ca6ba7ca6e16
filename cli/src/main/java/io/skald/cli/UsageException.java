package io.skald.cli;

/** The command was called wrongly; printed as it is, exit code 2. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
