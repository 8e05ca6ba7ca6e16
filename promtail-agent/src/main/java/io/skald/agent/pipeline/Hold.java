package io.skald.agent.pipeline;

/**
 * Keeps the position of a file before a line until what became of the line has been handed on or
 * dropped.
 */
public interface Hold {
  /** Makes this hold keep also what {@code other} keeps; {@code other} is used up. */
  void absorb(Hold other);

  /** Lets go; the last call. */
  void release();

  /** Makes holds for the line that is being read. */
  interface Source {
    Hold hold();

    /** Makes {@code existing} keep the line that is being read, too. */
    void extend(Hold existing);

    /** Makes holds that keep nothing, for lines that have no position. */
    Source NONE =
        new Source() {
          @Override
          public Hold hold() {
            return NO_HOLD;
          }

          @Override
          public void extend(Hold existing) {}
        };
  }

  /** Keeps nothing. */
  Hold NO_HOLD =
      new Hold() {
        @Override
        public void absorb(Hold other) {}

        @Override
        public void release() {}
      };
}
