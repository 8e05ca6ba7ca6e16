package io.skald.agent.source;

import io.skald.agent.tail.SourceStatus;

/** A source that listens. Start and close it once each. */
public interface Source extends AutoCloseable {
  /**
   * Begins to listen.
   *
   * @throws IllegalStateException if the address cannot be bound, naming it
   */
  void start();

  /** Tells how it stands; may be called by any thread. */
  SourceStatus status();

  /** Takes nothing more; what was taken is still answered. */
  void stopTaking();

  @Override
  void close();
}
