package io.skald.querier.replica;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which ingesters may be missing from a read that still sees every acknowledged entry: a push is
 * acknowledged by a quorum of the replicas of its stream, so that one of any {@code
 * replicationFactor - quorum + 1} of them has it. With as many zones as copies, each copy is in a
 * zone of its own, and whole zones may be missing.
 */
final class ReadQuorum {
  private final List<Instance> asked;
  private final int spare;
  private final boolean byZone;

  /**
   * @param asked all instances that may hold entries
   */
  ReadQuorum(Collection<Instance> asked, int replicationFactor) {
    this.asked = List.copyOf(asked);
    this.spare = replicationFactor - Ring.quorum(replicationFactor);
    this.byZone = zones(asked).size() >= replicationFactor;
  }

  private static Set<String> zones(Collection<Instance> instances) {
    Set<String> zones = new HashSet<>();
    for (Instance instance : instances) {
      if (instance.zone().isEmpty()) {
        // Its copies may be beside those of any zone.
        return Set.of();
      }
      zones.add(instance.zone());
    }
    return zones;
  }

  /** Returns whether a read without these is whole. */
  boolean spares(Collection<Instance> missing) {
    return missing.size() <= spare || (byZone && zones(missing).size() <= spare);
  }

  /** Returns the text for a read that is not whole. */
  String tooFew(Collection<Instance> failed) {
    return failed.size()
        + " of "
        + asked.size()
        + " ingesters did not answer, and at most "
        + spare
        + (byZone ? " or those of " + spare + " zones" : "")
        + " may be missing for the answer to be whole";
  }
}
