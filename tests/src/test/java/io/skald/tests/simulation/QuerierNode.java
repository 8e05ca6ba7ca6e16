package io.skald.tests.simulation;

import io.skald.common.fleet.PieceEvaluator;
import io.skald.common.limits.Limits;
import io.skald.common.ring.Ring;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.engine.QueryThreads;
import io.skald.logql.syntax.Parser;
import io.skald.querier.fleet.Fleet;
import io.skald.querier.fleet.FleetConfig;
import io.skald.querier.fleet.FleetCounters;
import io.skald.querier.fleet.PieceReads;
import io.skald.querier.fleet.ResultCache;
import io.skald.querier.replica.ReadRing;
import io.skald.querier.replica.ReplicatedReads;
import io.skald.querier.source.DeletedEntries;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamSources;
import io.skald.querier.turn.FairTurns;
import io.skald.querier.turn.TurnConfig;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.ShippedIndex;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.function.Function;

/**
 * A querier. It is asked one question at a time, see {@link World}, unless queriers share queries:
 * then what it reads of the object store takes no time.
 */
final class QuerierNode implements AutoCloseable {
  /** As the server has them. */
  static final Duration DELETES_REFRESH = Duration.ofSeconds(10);

  private static final Duration INDEX_REFRESH = Duration.ofSeconds(30);
  private static final int MOST_ENTRIES = 1_000_000;
  private static final int PROCESSORS = 2;
  private static final Duration TIMEOUT = Duration.ofHours(1);

  /** Of entries whose values are kept; late ones are older. */
  private static final Duration FRESHNESS = Duration.ofSeconds(20);

  private static final long RESULT_BYTES = 1 << 20;
  private static final Duration PIECE_TIMEOUT = Duration.ofMinutes(1);

  private final Surroundings around;
  private final String name;
  private final Host host;
  private final IndexFileCache files;
  private final QueryData data;
  private final FairTurns turns;
  private final Fleet fleet;
  private final FleetCounters counters = new FleetCounters();
  private final PieceReads pieces;
  private long keptResults;

  /**
   * @param queriers the ring of all; with none but this one it answers alone
   * @param keepsResults whether values of metric queries are kept
   */
  QuerierNode(
      Surroundings around,
      String name,
      Function<String, IngesterNode> ingesters,
      Ring queriers,
      Function<String, QuerierNode> byName,
      boolean keepsResults) {
    this.around = around;
    this.name = name;
    this.host = new Host(around.world, name);
    ResultCache results = keepsResults ? new ResultCache(RESULT_BYTES) : null;
    boolean shares = queriers.instances().size() > 1;
    ObjectStore store = around.storeOf(host, !shares);
    this.files =
        new IndexFileCache(
            around.directory.resolve(name),
            64 << 20,
            file -> store.read(file.key(), 0, file.length()));
    ShippedIndex index = new ShippedIndex(store, files, INDEX_REFRESH, host.clock());
    ReadRing ring = new ReadRing(around.registry.view(host), index::expire);
    ReplicatedReads reads =
        new ReplicatedReads(
            ring,
            (instance, comparison) -> ingesters.apply(instance.id()).readsFrom(host, comparison),
            Surroundings.REPLICATION_FACTOR);
    this.data =
        new QueryData(
            StreamSources.of(reads, index, ring::get),
            new ChunkReader(store, new ChunkCaches(CacheConfig.DEFAULT), around.decoder),
            new DeletedEntries(
                new DeleteRequests(store, DELETES_REFRESH, host.clock()), _ -> true));
    this.turns =
        new FairTurns(
            new TurnConfig(PROCESSORS, 100, 100),
            host.clock(),
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory()));
    this.fleet =
        new Fleet(
            () -> queriers,
            name,
            one -> byName.apply(one.id()).piecesFrom(host),
            data,
            QueryMemory.unbounded(),
            new FleetConfig(1, Duration.ZERO, FleetConfig.LATE_AFTER),
            counters,
            results,
            host.clock());
    this.pieces =
        new PieceReads(
            data,
            QueryMemory.unbounded(),
            (_, threads) -> engine(threads),
            _ -> Limits.DEFAULTS,
            turns,
            () -> true,
            counters,
            results,
            host.clock());
  }

  private static QueryEngine engine(QueryThreads threads) {
    return new QueryEngine(EngineLimits.defaults(), threads, 1);
  }

  /** Returns what evaluates pieces of queries for another querier. */
  private PieceEvaluator piecesFrom(Host caller) {
    return (call, _, _) ->
        around.network.call(
            caller,
            () -> host,
            name,
            PIECE_TIMEOUT,
            () -> pieces.evaluate(call, PIECE_TIMEOUT.toNanos(), () -> false));
  }

  /** Returns how many values of its answers had been kept. */
  long keptResults() {
    return keptResults;
  }

  /** Returns how many pieces it has evaluated for others. */
  long servedPieces() {
    return counters.servedPieces.sum();
  }

  Host host() {
    return host;
  }

  @Override
  public String toString() {
    return name;
  }

  /**
   * Asks for all entries of a time, oldest first.
   *
   * @param throughNanos exclusive
   * @throws RuntimeException if the querier has no answer
   */
  QueryResult.Streams entries(Host caller, String query, long fromNanos, long throughNanos) {
    QueryRequest request =
        new QueryRequest(
            Parser.parse(query), fromNanos, throughNanos, 0, 0, MOST_ENTRIES, true, false);
    return (QueryResult.Streams) ask(caller, request);
  }

  /** Asks for the value of a metric query that has one sample, 0 if it has none. */
  double number(Host caller, String query, long atNanos) {
    QueryRequest request =
        new QueryRequest(Parser.parse(query), atNanos, atNanos, 0, 0, 100, false, false);
    QueryResult.Vector vector = (QueryResult.Vector) ask(caller, request);
    return vector.samples().isEmpty() ? 0 : vector.samples().getFirst().value();
  }

  /** Asks for the values of a metric query at steps, the last one included. */
  QueryResult.Matrix steps(
      Host caller, String query, long startNanos, long endNanos, long stepNanos) {
    QueryRequest request =
        new QueryRequest(
            Parser.parse(query), startNanos, endNanos, stepNanos, 0, 100, false, false);
    return (QueryResult.Matrix) ask(caller, request);
  }

  private QueryResult ask(Host caller, QueryRequest request) {
    return around.network.call(
        caller,
        () -> host,
        name,
        TIMEOUT,
        () -> turns.run(name, Cancellation.none(), turn -> execute(request, turn)));
  }

  private QueryResult execute(QueryRequest request, QueryThreads threads) {
    ReadTenants tenants = ReadTenants.of(Surroundings.TENANT);
    QueryStatistics statistics = new QueryStatistics();
    ReadStatistics reads = new ReadStatistics();
    Cancellation cancellation = Cancellation.none();
    QueryResult result =
        engine(threads)
            .execute(
                request,
                data.entries(tenants, statistics, reads),
                fleet.of(
                    tenants, Long.MIN_VALUE, FRESHNESS, statistics, reads, threads, cancellation),
                statistics,
                cancellation);
    keptResults += statistics.resultsFound.sum();
    return result;
  }

  @Override
  public void close() {
    turns.close();
    files.close();
  }
}
