package io.skald.querier.rule;

import java.time.Duration;
import java.util.List;

/**
 * Rules that are evaluated at one instant, one after the other.
 *
 * @param interval between two evaluations; 0 takes the default
 * @param limit the most alerts or series that a rule may yield; 0 sets none
 */
public record RuleGroup(String name, Duration interval, int limit, List<Rule> rules) {
  public RuleGroup {
    rules = List.copyOf(rules);
  }

  /** Returns the time between two evaluations. */
  public Duration intervalOr(Duration ordinary) {
    return interval.isZero() ? ordinary : interval;
  }
}
