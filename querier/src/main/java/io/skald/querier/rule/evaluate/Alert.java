package io.skald.querier.rule.evaluate;

import io.skald.common.model.Labels;

/**
 * An alert of a series as others see it.
 *
 * @param activeAtNanos since when its series is there
 * @param value of its series when that was last there
 */
public record Alert(
    Labels labels, Labels annotations, State state, long activeAtNanos, double value) {
  /** What an alert, or a rule, can be. */
  public enum State {
    /** The rule has not been evaluated. */
    UNKNOWN("unknown"),
    INACTIVE("inactive"),
    PENDING("pending"),
    FIRING("firing");

    private final String text;

    State(String text) {
      this.text = text;
    }

    public String text() {
      return text;
    }
  }
}
