package io.skald.tests.simulation;

import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.Parser;
import io.skald.querier.replica.ReadRing;
import io.skald.querier.replica.ReplicatedReads;
import io.skald.querier.source.DeletedEntries;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamSources;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.ShippedIndex;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.time.Duration;
import java.util.function.Function;

/** A querier; asked one question at a time, see {@link World}. */
final class QuerierNode implements AutoCloseable {
  /** As the server has them. */
  static final Duration DELETES_REFRESH = Duration.ofSeconds(10);

  private static final Duration INDEX_REFRESH = Duration.ofSeconds(30);
  private static final int MOST_ENTRIES = 1_000_000;
  private static final Duration TIMEOUT = Duration.ofHours(1);

  private final Surroundings around;
  private final String name;
  private final Host host;
  private final IndexFileCache files;
  private final QueryData data;
  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  QuerierNode(Surroundings around, String name, Function<String, IngesterNode> ingesters) {
    this.around = around;
    this.name = name;
    this.host = new Host(around.world, name);
    ObjectStore store = around.storeOf(host, true);
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

  private QueryResult ask(Host caller, QueryRequest request) {
    return around.network.call(
        caller,
        () -> host,
        name,
        TIMEOUT,
        () -> {
          QueryStatistics statistics = new QueryStatistics();
          return engine.execute(
              request,
              data.entries(ReadTenants.of(Surroundings.TENANT), statistics, new ReadStatistics()),
              statistics,
              Cancellation.none());
        });
  }

  @Override
  public void close() {
    files.close();
  }
}
