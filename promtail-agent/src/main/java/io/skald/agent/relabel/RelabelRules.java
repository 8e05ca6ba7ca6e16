package io.skald.agent.relabel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The rules of a job, compiled; they run in the order they are written. Immutable. */
public final class RelabelRules {
  private final List<RelabelRule> rules;

  private RelabelRules(List<RelabelRule> rules) {
    this.rules = List.copyOf(rules);
  }

  /**
   * Compiles rules.
   *
   * @throws IllegalArgumentException naming the first rule that is not valid, and why
   */
  public static RelabelRules compile(List<RelabelConfig> configs) {
    List<RelabelRule> rules = new ArrayList<>(configs.size());
    for (int i = 0; i < configs.size(); i++) {
      try {
        rules.add(RelabelRule.compile(configs.get(i)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("relabel_configs[" + i + "]: " + e.getMessage(), e);
      }
    }
    return new RelabelRules(rules);
  }

  /**
   * Applies all rules.
   *
   * @return the labels afterwards, without empty values, sorted by name; empty if a rule dropped
   *     them
   */
  public Optional<SortedMap<String, String>> apply(Map<String, String> labels) {
    SortedMap<String, String> current = new TreeMap<>(labels);
    for (RelabelRule rule : rules) {
      if (!rule.apply(current)) {
        return Optional.empty();
      }
    }
    current.values().removeIf(String::isEmpty);
    return Optional.of(current);
  }
}
