package io.skald.querier.api;

/** A parameter is not usable; answered 400 with the message as the body. */
final class BadRequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BadRequestException(String message) {
    super(message);
  }
}
