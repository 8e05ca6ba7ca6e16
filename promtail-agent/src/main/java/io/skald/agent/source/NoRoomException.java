package io.skald.agent.source;

/** A client takes nothing for so long that what waits for it has reached its bound. */
public final class NoRoomException extends Exception {
  private static final long serialVersionUID = 1L;

  NoRoomException() {
    super("too much waits to be sent");
  }
}
