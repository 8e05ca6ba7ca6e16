package io.skald.agent;

import io.skald.agent.push.SendListener;

/** Hears of entries that limits drop or change behind the stages; on the reader thread. */
interface LineLosses {
  LineLosses NONE =
      new LineLosses() {
        @Override
        public void beyondRate() {}

        @Override
        public void dropped(SendListener.DropReason reason, String tenant, long bytes) {}

        @Override
        public void cut(String tenant, long bytes) {}
      };

  /** An entry was one too many for {@code limits_config.readline_rate}. */
  void beyondRate();

  /**
   * @param tenant "" for the client's own
   * @param bytes of the line
   */
  void dropped(SendListener.DropReason reason, String tenant, long bytes);

  /**
   * A line lost its end.
   *
   * @param bytes that were cut off
   */
  void cut(String tenant, long bytes);
}
