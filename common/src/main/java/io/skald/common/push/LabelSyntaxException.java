package io.skald.common.push;

/** Label text that cannot be parsed; the message tells line, column and reason. */
public final class LabelSyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1;

  LabelSyntaxException(String message) {
    super(message, null, false, false);
  }
}
