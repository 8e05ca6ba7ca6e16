package io.skald.agent.source.gelf;

/** Bytes that are no message. */
final class GelfFormatException extends Exception {
  private static final long serialVersionUID = 1L;

  GelfFormatException(String message) {
    super(message);
  }
}
