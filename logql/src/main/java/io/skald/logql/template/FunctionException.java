package io.skald.logql.template;

/** The error that a function of a template returns; the executor adds where it was called. */
final class FunctionException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String text;

  /**
   * @param text the cause in a byte string
   */
  FunctionException(String text) {
    super(ByteStrings.toText(text), null, false, false);
    this.text = text;
  }

  /** Returns the cause as a byte string. */
  String text() {
    return text;
  }
}
