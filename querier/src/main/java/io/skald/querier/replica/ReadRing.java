package io.skald.querier.replica;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The ring as reads see it; has the index listed again when an ingester has left. That one told of
 * what it had flushed lately, which a list from before need not show; those that are left may not
 * have listed it either. A read is to get the ring twice: here for the ingesters that it asks, so
 * that one that leaves and comes back before they answer is noticed, and again when they have
 * answered and the index is asked next, for those that left meanwhile. Thread-safe.
 */
public final class ReadRing implements Supplier<Ring> {
  private final Supplier<Ring> ring;
  private final Runnable expire;
  private Set<String> known = Set.of(); // guarded by this

  /**
   * @param expire has the index listed again before its next answer
   */
  public ReadRing(Supplier<Ring> ring, Runnable expire) {
    this.ring = ring;
    this.expire = expire;
  }

  @Override
  public synchronized Ring get() {
    Ring now = ring.get();
    Set<String> present =
        now.instances().stream().map(Instance::id).collect(Collectors.toUnmodifiableSet());
    if (!present.containsAll(known)) {
      expire.run();
    }
    known = present;
    return now;
  }
}
