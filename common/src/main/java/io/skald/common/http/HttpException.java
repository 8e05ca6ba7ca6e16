package io.skald.common.http;

/** An error answer: its status and its whole text. */
public class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;

  public HttpException(int status, String text) {
    super(text);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
