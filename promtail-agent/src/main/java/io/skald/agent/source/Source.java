package io.skald.agent.source;

/** A source that listens. Start and close it once each. */
public interface Source extends AutoCloseable {
  /**
   * Begins to listen.
   *
   * @throws IllegalStateException if the address cannot be bound, naming it
   */
  void start();

  /** Takes nothing more; what was taken is still answered. */
  void stopTaking();

  @Override
  void close();
}
