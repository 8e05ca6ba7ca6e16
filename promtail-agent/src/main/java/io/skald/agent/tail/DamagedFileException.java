package io.skald.agent.tail;

import java.io.IOException;

/** A compressed file cannot be decoded, or ends before its content does; names file and offset. */
final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  DamagedFileException(String message, Throwable cause) {
    super(message, cause);
  }
}
