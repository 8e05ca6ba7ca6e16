package io.skald.server;

import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.ring.Ring;
import io.skald.common.rpc.RpcService;
import io.skald.common.rpc.fleet.QuerierService;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryMemory;
import io.skald.querier.fleet.Fleet;
import io.skald.querier.fleet.FleetConfig;
import io.skald.querier.fleet.FleetCounters;
import io.skald.querier.fleet.ResultCache;
import io.skald.querier.source.QueryData;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How a process that answers reads shares them with others. */
final class FleetParts {
  private static final int UNAVAILABLE = 503;

  /** What a single process is called. */
  private static final String ALONE = "self";

  private final SkaldConfig config;
  private final @Nullable ClusterParts cluster;
  private final Clock clock;
  private final FleetCounters counters = new FleetCounters();

  /** Null if no results are kept. */
  private final @Nullable ResultCache results;

  /** Null until this process can read. */
  private volatile @Nullable PieceEvaluator evaluator;

  /**
   * @param cluster null if there are no others
   */
  FleetParts(SkaldConfig config, @Nullable ClusterParts cluster, Clock clock) {
    this.config = config;
    this.cluster = cluster;
    this.clock = clock;
    this.results =
        config.queryRange().cacheResults()
            ? new ResultCache(config.queryRange().cacheBytes())
            : null;
  }

  @Nullable ResultCache results() {
    return results;
  }

  FleetCounters counters() {
    return counters;
  }

  /** Returns what answers other queriers: nobody, until {@link #serve}. */
  RpcService service() {
    return QuerierService.of((call, remainingNanos, gone) -> {
      PieceEvaluator ready = evaluator;
      if (ready == null) {
        throw new PieceFailedException(
            UNAVAILABLE, "this querier is starting", new IllegalStateException("not ready"));
      }
      return ready.evaluate(call, remainingNanos, gone);
    });
  }

  void serve(PieceEvaluator pieces) {
    evaluator = pieces;
  }

  /**
   * Returns those that share queries and their results, or null if there are no others and none are
   * kept.
   */
  @Nullable Fleet fleet(QueryData data, QueryMemory memory) {
    ClusterParts others = cluster;
    if (others == null && results == null) {
      return null;
    }
    Ring alone = new Ring(List.of());
    return new Fleet(
        others == null ? () -> alone : others.queriers()::get,
        others == null ? ALONE : others.instanceId(),
        others == null
            ? one -> {
              throw new IllegalStateException("a single process has no querier " + one.id());
            }
            : others::piecesOf,
        data,
        memory,
        new FleetConfig(
            config.querier().fanOutMinBytes(),
            config.querier().fanOutAfter(),
            FleetConfig.LATE_AFTER),
        counters,
        results,
        clock);
  }

  void bind(ServerMetrics metrics, StorageMetrics caches) {
    if (results != null) {
      caches.bind("results", results::statistics);
    }
    count(metrics, "divided_scans", "Scans of queries that were divided.", counters.dividedScans);
    metrics.counters(
        "skald_fleet_pieces_total",
        "Pieces of this querier's queries, by where they were evaluated: here or elsewhere.",
        samples -> {
          samples.add(counters.ownPieces.sum(), "here");
          samples.add(counters.sentPieces.sum(), "elsewhere");
        },
        "where");
    metrics.counters(
        "skald_fleet_redispatched_pieces_total",
        "Pieces given to another querier, because the first one failed or was late.",
        samples -> {
          samples.add(counters.failedPieces.sum(), "failed");
          samples.add(counters.latePieces.sum(), "late");
        },
        "reason");
    count(
        metrics,
        "served_pieces",
        "Pieces that were evaluated for other queriers.",
        counters.servedPieces);
    count(
        metrics,
        "refused_pieces",
        "Pieces of other queriers that had no answer here.",
        counters.refusedPieces);
  }

  private static void count(ServerMetrics metrics, String name, String help, LongAdder counter) {
    metrics.counter("skald_fleet_" + name + "_total", help, counter::sum);
  }
}
