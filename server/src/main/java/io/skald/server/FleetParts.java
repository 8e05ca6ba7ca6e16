package io.skald.server;

import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.fleet.PieceFailedException;
import io.skald.common.rpc.RpcService;
import io.skald.common.rpc.fleet.QuerierService;
import io.skald.common.time.Clock;
import io.skald.querier.fleet.Fleet;
import io.skald.querier.fleet.FleetConfig;
import io.skald.querier.fleet.FleetCounters;
import io.skald.querier.source.QueryData;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** How a process that answers reads shares them with others. */
final class FleetParts {
  private static final int UNAVAILABLE = 503;

  private final SkaldConfig config;
  private final @Nullable ClusterParts cluster;
  private final Clock clock;
  private final FleetCounters counters = new FleetCounters();

  /** Null until this process can read. */
  private volatile @Nullable PieceEvaluator evaluator;

  /**
   * @param cluster null if there are no others
   */
  FleetParts(SkaldConfig config, @Nullable ClusterParts cluster, Clock clock) {
    this.config = config;
    this.cluster = cluster;
    this.clock = clock;
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

  /** Returns those that share queries, or null if there are no others. */
  @Nullable Fleet fleet(QueryData data) {
    ClusterParts others = cluster;
    return others == null
        ? null
        : new Fleet(
            others.queriers(),
            others.instanceId(),
            others::piecesOf,
            data,
            new FleetConfig(config.querier().fanOutMinBytes(), FleetConfig.LATE_AFTER),
            counters,
            clock);
  }

  void bind(ServerMetrics metrics) {
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
