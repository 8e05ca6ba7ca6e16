package io.skald.common.ring;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * What a reader and an ingester that it asks tell each other of the ring, beside the question: the
 * reader names the members that may hold entries by its view, and the ingester tells of those that
 * it knows beside them, and whether one has left. So a reader that is cut off from the store of the
 * ring learns who joined, and that one came and left.
 *
 * @param named ids; empty if the reader wants to be told nothing
 * @param told takes what an ingester tells, before its answer is whole; called only if there is
 *     something, by any thread, perhaps several times
 * @param departed takes a number from each ingester that answers, before its answer is whole: it is
 *     another one than the time before if the ingester has seen a member leave since
 */
public record RingComparison(
    Set<String> named, Consumer<List<Instance>> told, LongConsumer departed) {
  /** Names nobody, and is told nothing. */
  public static final RingComparison NONE = new RingComparison(Set.of(), _ -> {}, _ -> {});

  public RingComparison {
    named = Set.copyOf(named);
  }
}
