package io.skald.querier.rule.evaluate;

import io.skald.querier.rule.Rule;
import java.util.List;

/**
 * A rule and how it stands.
 *
 * @param alerts that are pending or firing, sorted by labels; none of a recording rule
 */
public record RuleStatus(Rule rule, Evaluated last, List<Alert> alerts) {
  public RuleStatus {
    alerts = List.copyOf(alerts);
  }

  /** Returns the state of the most urgent alert. */
  public Alert.State state() {
    return alerts.stream()
        .map(Alert::state)
        .max(Comparable::compareTo)
        .orElse(last.isNever() ? Alert.State.UNKNOWN : Alert.State.INACTIVE);
  }
}
