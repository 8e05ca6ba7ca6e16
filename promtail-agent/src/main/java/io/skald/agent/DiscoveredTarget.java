package io.skald.agent;

import java.util.Map;

/**
 * A label set and what became of it.
 *
 * @param labels before relabelling
 * @param relabelled what its lines get, and its path; empty if it is not followed
 * @param reason why it is not followed, one of the words of {@code targets_failed_total}; "" if it
 *     is
 * @param why the same in a sentence; "" if it is followed
 */
public record DiscoveredTarget(
    String job,
    Map<String, String> labels,
    Map<String, String> relabelled,
    String reason,
    String why) {
  public DiscoveredTarget {
    labels = Map.copyOf(labels);
    relabelled = Map.copyOf(relabelled);
  }

  public boolean isFollowed() {
    return reason.isEmpty();
  }
}
