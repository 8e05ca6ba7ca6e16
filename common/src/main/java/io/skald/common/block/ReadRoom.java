package io.skald.common.block;

/**
 * The room that a source has for one read, in memory and in time: what it holds of what others send
 * it is counted here. What a source of this process holds anyway is not. Thread-safe.
 */
public interface ReadRoom {
  /** As much as one likes. */
  ReadRoom UNBOUNDED =
      new ReadRoom() {
        @Override
        public void take(long bytes) {}

        @Override
        public void release(long bytes) {}

        @Override
        public void check() {}

        @Override
        public void whileWaiting(Runnable wait) {
          wait.run();
        }
      };

  /**
   * Accounts for memory that is about to be filled.
   *
   * @throws RuntimeException if there is no room for it; the read ends with that, and nothing was
   *     taken
   */
  void take(long bytes);

  /** Hears of when entries are that take room, or want it: where they could be divided. */
  default void entriesBetween(long fromNanos, long throughNanos) {}

  /** Gives back what was taken. */
  void release(long bytes);

  /**
   * Called between two pieces of work: lets others go first if it is their turn.
   *
   * @throws RuntimeException if the read should not be worked on any more
   */
  void check();

  /** Runs {@code wait} on this thread, which does nothing but wait: others may work meanwhile. */
  void whileWaiting(Runnable wait);
}
