package io.skald.querier.replica;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.LiveEntries.Subscription;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Subscriptions to all ingesters of a ring, renewed as they come and go. Thread-safe. */
final class FollowedRing implements LiveEntries.Subscription {
  private static final Logger log = LoggerFactory.getLogger(FollowedRing.class);

  /** How often the ring is looked at. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  private final Supplier<Ring> rings;
  private final Function<IngesterReads, Subscription> subscribe;
  private final Function<Instance, IngesterReads> peers;
  private final Map<String, Subscription> open = new HashMap<>(); // guarded by this
  private final Thread thread = Thread.ofVirtual().name("follow-ring").unstarted(this::run);
  private boolean closed; // guarded by this

  FollowedRing(
      Supplier<Ring> rings,
      Function<IngesterReads, Subscription> subscribe,
      Function<Instance, IngesterReads> peers) {
    this.rings = rings;
    this.subscribe = subscribe;
    this.peers = peers;
  }

  /** Follows those that are not followed yet; returns those that cannot be. */
  synchronized List<Instance> follow() {
    List<Instance> failed = new ArrayList<>();
    if (closed) {
      return failed;
    }
    open.values().removeIf(subscription -> !subscription.isOpen());
    for (Instance instance : rings.get().instances()) {
      if (instance.mayHoldEntries() && !open.containsKey(instance.id())) {
        try {
          if (instance.healthy()) {
            open.put(instance.id(), subscribe.apply(peers.apply(instance)));
          } else {
            failed.add(instance);
          }
        } catch (IngestUnavailableException e) {
          log.debug("an ingester cannot be followed now", e);
          failed.add(instance);
        }
      }
    }
    return failed;
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
