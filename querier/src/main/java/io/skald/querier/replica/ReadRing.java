package io.skald.querier.replica;

import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The ring as reads see it; has the index listed again when an ingester has left. That one told of
 * what it had flushed lately, which a list from before need not show; those that are left may not
 * have listed it either. A read is to get the ring here for the ingesters that it asks, and again
 * when they have answered and the index is asked next, for those that left meanwhile. The ring
 * counts those that left, so that one that came and left between two reads, or is back, is noticed,
 * too; and so do ingesters that answer, for a process that is cut off from the store of the ring.
 * Members that a read is told of beside the ring leave when no read is told of them any more.
 * Thread-safe.
 */
public final class ReadRing implements Supplier<Ring> {
  private final Supplier<Ring> ring;
  private final Runnable expire;
  private long departures; // guarded by this
  private final Set<String> told = new HashSet<>(); // guarded by this

  /** What ingesters have said of members that left, by ids of ingesters. */
  private final Map<String, Long> departed = new HashMap<>(); // guarded by this

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
    if (now.departures() != departures) {
      departures = now.departures();
      departed
          .keySet()
          .retainAll(now.instances().stream().map(Instance::id).collect(Collectors.toSet()));
      expire.run();
    }
    return now;
  }

  /**
   * Notes what an ingester says of members that left, by a number that is another one whenever it
   * has seen one leave. To be called before the read asks the index.
   */
  synchronized void departed(String id, long number) {
    Long before = departed.put(id, number);
    if (before == null || before != number) {
      expire.run();
    }
  }

  /** Notes members that a read is told of, by their ids. */
  synchronized void told(Set<String> ids) {
    told.addAll(ids);
  }

  /**
   * Notes that a read with an answer was told of these and no others. To be called before it asks
   * the index. Reads at one time need not be told the same; then it is listed once too often.
   */
  synchronized void toldAll(Set<String> ids) {
    if (told.isEmpty()) {
      return;
    }
    ring.get().instances().forEach(instance -> told.remove(instance.id()));
    if (!ids.containsAll(told)) {
      expire.run();
    }
    told.retainAll(ids);
  }
}
