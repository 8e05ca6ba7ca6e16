package io.skald.querier.turn;

/**
 * How reads share the process.
 *
 * @param processors how many threads work on reads at a time
 * @param maxRunning how many reads may be under way, each holding memory; a tenant that has none
 *     under way is let in beyond it, up to four times as many in all
 * @param maxOutstandingPerTenant how many reads of a tenant may wait to be let in; more are refused
 */
public record TurnConfig(int processors, int maxRunning, int maxOutstandingPerTenant) {
  public TurnConfig {
    if (processors < 1 || maxRunning < 1 || maxOutstandingPerTenant < 1) {
      throw new IllegalArgumentException(
          "all must be at least 1: %d, %d, %d"
              .formatted(processors, maxRunning, maxOutstandingPerTenant));
    }
  }
}
