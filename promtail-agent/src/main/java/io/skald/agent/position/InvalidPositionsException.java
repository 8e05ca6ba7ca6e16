package io.skald.agent.position;

import java.io.IOException;

/** The positions file is damaged and may not be ignored; the message names it and the reason. */
public final class InvalidPositionsException extends IOException {
  private static final long serialVersionUID = 1L;

  InvalidPositionsException(String message) {
    super(
        message
            + "; correct or remove it, or set positions.ignore_invalid_yaml to go on without it");
  }
}
