package io.skald.querier.rule.evaluate;

import io.skald.common.model.Labels;
import java.time.Duration;

/**
 * How rules are evaluated.
 *
 * @param interval of groups that name none
 * @param resendDelay the least time between two notices of one alert
 * @param externalLabels what templates see of the process
 * @param externalUrl likewise
 */
public record EvaluationConfig(
    Duration interval, Duration resendDelay, Labels externalLabels, String externalUrl) {
  public EvaluationConfig {
    if (!interval.isPositive()) {
      throw new IllegalArgumentException("the interval must be positive: " + interval);
    }
  }
}
