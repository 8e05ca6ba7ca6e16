package io.skald.agent.pipeline;

/** A stage that cannot be built. */
final class StageConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String origin;

  /**
   * @param origin where it is written: {@code file:line:column}
   */
  StageConfigException(String origin, String problem) {
    super(problem);
    this.origin = origin;
  }

  String origin() {
    return origin;
  }
}
