package io.skald.agent.source;

import io.skald.agent.relabel.RelabelRules;
import io.skald.common.collect.Latest;
import io.skald.common.model.Labels;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Makes the labels of a job's entries: what the source says of each, relabelled, without what is
 * for the rules alone. Thread-safe.
 */
public final class JobLabels {
  /** Label sets that are remembered: most entries are like one before. */
  private static final int MAX_KNOWN = 4096;

  private final String job;
  private final RelabelRules rules;
  private final Map<Map<String, String>, Optional<Labels>> known = Latest.used(MAX_KNOWN);

  public JobLabels(String job, RelabelRules rules) {
    this.job = job;
    this.rules = rules;
  }

  /** The job whose entries these are. */
  public String job() {
    return job;
  }

  /**
   * Returns the labels of an entry.
   *
   * @param told not to be changed afterwards
   * @return empty if a rule drops the entry
   */
  public Optional<Labels> of(Map<String, String> told) {
    synchronized (known) {
      return known.computeIfAbsent(told, this::make);
    }
  }

  private Optional<Labels> make(Map<String, String> told) {
    Optional<SortedMap<String, String>> relabelled = rules.apply(told);
    if (relabelled.isEmpty()) {
      return Optional.empty();
    }
    Labels.Builder labels = Labels.builder();
    relabelled
        .get()
        .forEach((name, value) -> {
          if (!name.startsWith("__")) {
            labels.set(name, value);
          }
        });
    return Optional.of(labels.build());
  }

  /** Returns {@code name} as a part of a label's name. */
  public static String part(String name) {
    return name.replaceAll("[^A-Za-z0-9_]", "_");
  }
}
