package io.skald.querier.fleet;

import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.time.Clock;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.storage.read.ReadStatistics;
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
  private final FleetConfig config;
  private final FleetCounters counters;
  private final Clock clock;

  /**
   * @param rings the queriers that live
   * @param selfId which of them this process is; it may be none
   * @param peers gives the client of a querier; called for every read, so it should remember
   */
  public Fleet(
      Supplier<Ring> rings,
      String selfId,
      Function<Instance, PieceEvaluator> peers,
      QueryData data,
      FleetConfig config,
      FleetCounters counters,
      Clock clock) {
    this.rings = rings;
    this.selfId = selfId;
    this.peers = peers;
    this.data = data;
    this.config = config;
    this.counters = counters;
    this.clock = clock;
  }

  /** What the pieces of a read share. */
  record Read(
      ReadTenants tenants,
      long earliestNanos,
      QueryStatistics statistics,
      ReadStatistics reads,
      QueryThreads threads,
      Cancellation cancellation) {}

  /** A querier that is asked. */
  record Peer(String id, PieceEvaluator evaluator) {}

  /**
   * Returns what shares one read, or null if there is nobody to share it with.
   *
   * @param earliestNanos the first timestamp that it may see
   */
  public @Nullable QueryFleet of(
      ReadTenants tenants,
      long earliestNanos,
      QueryStatistics statistics,
      ReadStatistics reads,
      QueryThreads threads,
      Cancellation cancellation) {
    if (config.minBytes() == 0) {
      return null;
    }
    List<Peer> others =
        rings.get().instances().stream()
            .filter(Instance::takesWrites)
            .filter(one -> !one.id().equals(selfId))
            .sorted(Comparator.comparing(Instance::id))
            .map(one -> new Peer(one.id(), peers.apply(one)))
            .toList();
    if (others.isEmpty()) {
      return null;
    }
    Read read = new Read(tenants, earliestNanos, statistics, reads, threads, cancellation);
    return new SharedRead(read, others, selfId, data, config, counters, clock);
  }
}
