package io.skald.agent.pipeline;

/** One step of a pipeline. Confined to the thread of its pipeline. */
sealed interface Stage {
  /** Turns one entry into one or none, at once. */
  non-sealed interface Simple extends Stage {
    /**
     * Changes the entry.
     *
     * @return false to drop it; the stage has counted that
     */
    boolean apply(Entry entry);

    /** Tells whether more lines may be read now; a stage says no to slow the reader down. */
    default boolean mayRead() {
      return true;
    }
  }

  /** May keep entries for a while, join them, or send them another way. */
  non-sealed interface Holding extends Stage {
    void process(Entry entry, Output next);

    /**
     * Hands on what has waited long enough.
     *
     * @param nowNanos a reading of the monotonic clock
     * @return nanoseconds until there may be something again; {@link Long#MAX_VALUE} if nothing
     *     waits
     */
    long flushDue(long nowNanos, Output next);

    /** Tells whether more lines may be read now, as far as stages inside this one have a say. */
    default boolean mayRead() {
      return true;
    }

    /** Hands on all that is kept. */
    void flush(Output next);
  }

  /** What follows a stage. */
  interface Output {
    void accept(Entry entry);
  }
}
