package io.skald.agent.json;

/** A text that is not the JSON that was asked for. Made without a stack: it is no rare thing. */
public final class JsonException extends Exception {
  private static final long serialVersionUID = 1L;

  JsonException(String message) {
    super(message, null, false, false);
  }
}
