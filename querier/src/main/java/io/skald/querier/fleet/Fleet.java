package io.skald.querier.fleet;

import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.storage.read.ReadStatistics;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The queriers that share queries, as one of them sees the others. Thread-safe. */
public final class Fleet {
  private final Supplier<Ring> rings;
  private final String selfId;
  private final Function<Instance, PieceEvaluator> peers;
  private final QueryData data;
  private final QueryMemory memory;
  private final FleetConfig config;
  private final FleetCounters counters;
  private final @Nullable ResultCache cache;
  private final FailedPeers failed = new FailedPeers();
  private final Clock clock;

  /**
   * @param rings the queriers that live
   * @param selfId which of them this process is; it may be none
   * @param peers gives the client of a querier; called for every read, so it should remember
   * @param cache null keeps no results
   */
  public Fleet(
      Supplier<Ring> rings,
      String selfId,
      Function<Instance, PieceEvaluator> peers,
      QueryData data,
      QueryMemory memory,
      FleetConfig config,
      FleetCounters counters,
      @Nullable ResultCache cache,
      Clock clock) {
    this.rings = rings;
    this.selfId = selfId;
    this.peers = peers;
    this.data = data;
    this.memory = memory;
    this.config = config;
    this.counters = counters;
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * What the pieces of a read share.
   *
   * @param earliestNanos the first timestamp that it may see
   * @param tooYoungNanos age of entries at which results of them may be kept
   */
  record Read(
      ReadTenants tenants,
      long earliestNanos,
      long tooYoungNanos,
      QueryStatistics statistics,
      ReadStatistics reads,
      QueryThreads threads,
      Cancellation cancellation) {}

  /** A querier that is asked. */
  record Peer(String id, PieceEvaluator evaluator) {}

  /**
   * Returns what shares one read, or null if there is nobody to share it with and nothing is kept.
   *
   * @param earliestNanos the first timestamp that it may see
   * @param freshness age of entries at which results of them may be kept; null keeps none
   */
  public @Nullable QueryFleet of(
      ReadTenants tenants,
      long earliestNanos,
      @Nullable Duration freshness,
      QueryStatistics statistics,
      ReadStatistics reads,
      QueryThreads threads,
      Cancellation cancellation) {
    ResultCache used = freshness == null ? null : cache;
    List<Peer> others = config.minBytes() == 0 ? List.of() : others();
    if (others.isEmpty() && used == null) {
      return null;
    }
    Read read =
        new Read(
            tenants,
            earliestNanos,
            freshness == null ? 0 : freshness.toNanos(),
            statistics,
            reads,
            threads,
            cancellation);
    return new SharedRead(
        read, others, selfId, data, memory, config, counters, failed, used, clock);
  }

  private List<Peer> others() {
    long now = clock.monotonicNanos();
    return rings.get().instances().stream()
        .filter(Instance::takesWrites)
        .filter(one -> !one.id().equals(selfId) && !failed.isLeftAlone(one.id(), now))
        .sorted(Comparator.comparing(Instance::id))
        .map(one -> new Peer(one.id(), peers.apply(one)))
        .toList();
  }
}
