package io.skald.querier.rule.evaluate;

import io.skald.querier.rule.RuleGroup;
import java.time.Duration;
import java.util.List;

/**
 * A group and how it stands.
 *
 * @param interval in force
 */
public record GroupStatus(
    String namespace, RuleGroup group, Duration interval, Evaluated last, List<RuleStatus> rules) {
  public GroupStatus {
    rules = List.copyOf(rules);
  }
}
