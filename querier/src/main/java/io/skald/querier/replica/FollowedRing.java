package io.skald.querier.replica;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.LiveEntries.Subscription;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingComparison;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Subscriptions to all ingesters of a ring, renewed as they come and go. Thread-safe. */
final class FollowedRing implements LiveEntries.Subscription {
  private static final Logger log = LoggerFactory.getLogger(FollowedRing.class);

  /** How often the ring is looked at. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Supplier<Ring> rings;
  private final Function<IngesterReads, Subscription> subscribe;
  private final BiFunction<Instance, RingComparison, IngesterReads> peers;

  /**
   * Members beside the ring that ingesters have told of, by id. One that cannot be followed is
   * forgotten: it may have left. They are told again when the ring changes for those who tell.
   */
  private final Map<String, Instance> told = new ConcurrentHashMap<>();

  private final Map<String, Subscription> open = new HashMap<>(); // guarded by this
  private final Thread thread = Thread.ofVirtual().name("follow-ring").unstarted(this::run);
  private boolean closed; // guarded by this

  FollowedRing(
      Supplier<Ring> rings,
      Function<IngesterReads, Subscription> subscribe,
      BiFunction<Instance, RingComparison, IngesterReads> peers) {
    this.rings = rings;
    this.subscribe = subscribe;
    this.peers = peers;
  }

  /** All that should be followed, and those of them that cannot be. */
  record Round(Collection<Instance> members, List<Instance> failed) {}

  /** Follows those that are not followed yet, and those that they tell of. */
  synchronized Round follow() {
    open.values().removeIf(subscription -> !subscription.isOpen());
    Map<String, Instance> members = new LinkedHashMap<>();
    List<Instance> failed = new ArrayList<>();
    for (List<Instance> next = fresh(members); !next.isEmpty(); next = fresh(members)) {
      for (Instance instance : next) {
        if (!closed && !open.containsKey(instance.id()) && !begin(instance, members)) {
          told.remove(instance.id());
          failed.add(instance);
        }
      }
    }
    return new Round(members.values(), failed);
  }

  /** Adds the members that are known now; returns those that are new. */
  private List<Instance> fresh(Map<String, Instance> members) {
    return Stream.concat(rings.get().holders().stream(), told.values().stream())
        .filter(instance -> members.putIfAbsent(instance.id(), instance) == null)
        .toList();
  }

  /** Returns whether it is followed now. */
  private boolean begin(Instance instance, Map<String, Instance> members) {
    if (!instance.healthy()) {
      return false;
    }
    RingComparison comparison =
        new RingComparison(
            members.keySet(),
            others -> others.forEach(other -> told.put(other.id(), other)),
            _ -> {});
    try {
      open.put(instance.id(), subscribe.apply(peers.apply(instance, comparison)));
      return true;
    } catch (IngestUnavailableException e) {
      log.debug("an ingester cannot be followed now", e);
      return false;
    }
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(LOOK);
        follow();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    synchronized (this) {
      closed = true;
      open.values().forEach(Subscription::close);
      open.clear();
    }
  }
}
