package io.skald.agent.pipeline;

/** Hears of lines that stages drop; on the pipeline's thread. */
public interface StageEvents {
  StageEvents NONE = new StageEvents() {};

  /**
   * @param reason the stage's, or the one that the configuration gives
   */
  default void dropped(String reason) {}

  /** A {@code limit} stage by label dropped a line. */
  default void droppedByLabel(String label, String value) {}
}
