package io.skald.agent.position;

import java.io.IOException;

/** A journal cannot be used; the message names the file and what is wrong with it. */
public final class CorruptJournalException extends IOException {
  private static final long serialVersionUID = 1L;

  public CorruptJournalException(String message) {
    super(message);
  }
}
