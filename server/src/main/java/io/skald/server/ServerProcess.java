package io.skald.server;

import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.IngesterReads;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import io.skald.common.ring.Ring;
import io.skald.common.ring.RingStore;
import io.skald.common.rpc.RpcService;
import io.skald.common.rpc.ingest.IngesterService;
import io.skald.common.time.Clock;
import io.skald.distributor.Distributor;
import io.skald.ingester.Ingester;
import io.skald.ingester.IngesterLimits;
import io.skald.ingester.IngesterStatistics;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryMemory;
import io.skald.logql.engine.QueryThreads;
import io.skald.querier.api.DetectedApi;
import io.skald.querier.api.ExplainRoutes;
import io.skald.querier.api.LegacyApi;
import io.skald.querier.api.LimitsApi;
import io.skald.querier.api.MetadataRoutes;
import io.skald.querier.api.PatternApi;
import io.skald.querier.api.PatternRoutes;
import io.skald.querier.api.QueryApi;
import io.skald.querier.api.QueryRoutes;
import io.skald.querier.api.ReadObserver;
import io.skald.querier.api.TailRoutes;
import io.skald.querier.api.VolumeApi;
import io.skald.querier.delete.DeleteConfig;
import io.skald.querier.delete.DeleteRoutes;
import io.skald.querier.fleet.PieceReads;
import io.skald.querier.pattern.PatternSource;
import io.skald.querier.replica.ReadRing;
import io.skald.querier.replica.ReplicatedReads;
import io.skald.querier.source.DeletedEntries;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.StreamSources;
import io.skald.querier.tail.TailCounters;
import io.skald.querier.turn.FairTurns;
import io.skald.querier.turn.TurnConfig;
import io.skald.server.trace.Tracing;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.SealedBlocks;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternBudget;
import io.skald.storage.pattern.PatternReader;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.wal.DirectoryWalDisk;
import io.skald.storage.wal.WalDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The roles of one process. All of them, by themselves, call each other directly and have one HTTP
 * port; those of a cluster also have a gRPC port and a ring. Start and close it once each; what
 * fails to start closes what had started.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerProcess.class);
  private static final String INGESTER_ID = "single-process";

  /** How long a delete request of another process may be unknown to queries. */
  private static final Duration DELETES_REFRESH = Duration.ofSeconds(10);

  private static final int TOKENS = 128;

  private final SkaldConfig config;
  private final Clock clock;
  private final Runnable terminate;
  private final ServerMetrics metrics = new ServerMetrics();
  private final StorageMetrics cacheMetrics = new StorageMetrics(metrics);

  /** What has been opened, the last first. */
  private final Deque<Runnable> closers = new ArrayDeque<>();

  private volatile boolean stopping;
  private @Nullable Listeners listeners;
  private List<Router.Endpoint> endpoints = List.of();

  /**
   * @param terminate called when somebody asks over HTTP for the end of the process; must have
   *     {@link #close} called on another thread
   */
  public ServerProcess(SkaldConfig config, Clock clock, Runnable terminate) {
    this.config = config;
    this.clock = clock;
    this.terminate = terminate;
  }

  /**
   * Opens storage, replays the log, listens.
   *
   * @throws RuntimeException if a part cannot start; the message says which and why
   */
  public void start() {
    try {
      open();
    } catch (RuntimeException | IOException e) {
      close();
      if (e instanceof RuntimeException unchecked) {
        throw unchecked;
      }
      throw new UncheckedIOException("cannot start: " + e.getMessage(), (IOException) e);
    }
  }

  private void open() throws IOException {
    RandomGenerator random = new SecureRandom();
    Files.createDirectories(config.common().pathPrefix());
    Set<Role> roles = config.roles();
    ObjectStore objects =
        new MeasuredObjectStore(
            new ObjectStores(clock, random, metrics, closers).open(config.common()),
            metrics,
            clock);
    ColumnDecoder decoder = new ColumnDecoder();
    closers.push(decoder::close);
    TenantOverrides limits = new TenantOverrides(config, clock);
    closers.push(limits::close);
    limits.bind(metrics);
    limits.start();
    ClusterParts cluster =
        config.isSingleProcess()
            ? null
            : new ClusterParts(
                config,
                clock,
                random,
                new ClusterMetrics(metrics),
                bytes -> SealedBlocks.decode("an answer", bytes, decoder).view());
    String id = cluster == null ? INGESTER_ID : cluster.ingesterId();
    IndexParts index =
        IndexParts.open(config, id, objects, metrics, cacheMetrics, clock, random, closers);
    if (cluster != null) {
      // Closed before the index: what is asked of this ingester needs it.
      closers.push(cluster::close);
    }
    RingStore ring = cluster == null ? new InMemoryRing() : cluster.ingesters();
    Ingester ingester =
        roles.contains(Role.INGESTER)
            ? openIngester(objects, index.written(), decoder, limits, cluster, ring, random)
            : null;
    FleetParts fleet = new FleetParts(config, cluster, clock);
    fleet.bind(metrics, cacheMetrics);
    if (cluster != null) {
      cluster.serve(services(id, ingester, index, fleet, ring));
      if (ingester != null) {
        cluster.joinAsIngester(ingester::isFlushed);
      }
    }

    Router router = new Router();
    TenantHeader tenants = new TenantHeader(config.authEnabled());
    if (roles.contains(Role.DISTRIBUTOR)) {
      openDistributor(router, tenants, limits, ingester, cluster, ring);
    }
    DeleteRequests deletes =
        cluster == null
            ? new DeleteRequests(objects, clock)
            : new DeleteRequests(objects, DELETES_REFRESH, clock);
    StorageMetrics.bind(metrics, deletes);
    BooleanSupplier readable = ingester == null ? () -> true : ingester::isReadable;
    RulerParts rules = null;
    if (roles.contains(Role.QUERIER) || roles.contains(Role.RULER)) {
      StreamSources sources = sources(ingester, index, cluster, ring);
      ChunkCaches caches = new ChunkCaches(cacheConfig());
      cacheMetrics.bind(caches);
      QueryData data =
          new QueryData(
              sources,
              new ChunkReader(
                  PackParts.open(config, objects, metrics, cacheMetrics), caches, decoder),
              deletedEntries(deletes, limits));
      FairTurns turns =
          new FairTurns(
              new TurnConfig(
                  config.querier().threads(),
                  config.querier().maxRunningQueries(),
                  config.querier().maxOutstandingPerTenant()),
              clock);
      closers.push(turns::close);
      bind(turns);
      QueryMemory memory = new QueryMemory(config.querier().totalQueryMemory(), clock);
      bind(memory);
      BiFunction<Limits, QueryThreads, QueryEngine> engines =
          (allowed, threads) -> engine(allowed, threads, memory);
      QueryApi queries =
          new QueryApi(
              data,
              memory,
              engines,
              limits,
              fleet.fleet(data, memory),
              config.querier().multiTenantQueriesEnabled(),
              clock);
      QueryMetrics queryMetrics = new QueryMetrics(metrics);
      queryMetrics.bind(metrics, turns);
      ReadObserver observer = ReadObserver.all(queryMetrics, new QueryLog(config.querier().log()));
      if (roles.contains(Role.QUERIER)) {
        fleet.serve(
            new PieceReads(
                data,
                memory,
                engines,
                limits,
                turns,
                readable,
                fleet.counters(),
                fleet.results(),
                clock));
        // What is followed asks no index.
        LiveEntries live =
            ingester != null && cluster == null
                ? ingester
                : reads(cluster, new ReadRing(ring, () -> {}));
        registerQueries(
            router, queries, data, sources, live, turns, tenants, limits, objects, decoder,
            readable, observer);
      }
      if (roles.contains(Role.RULER)) {
        rules = new RulerParts(config, objects, limits, queries, turns, readable, observer, clock);
        closers.push(rules::close);
        rules.register(router, tenants);
        rules.bind(metrics);
      }
    }
    CompactorParts compactor = null;
    if (roles.contains(Role.COMPACTOR)) {
      registerDeletion(router, deletes, tenants, limits, random);
      compactor =
          new CompactorParts(
              config,
              new CompactorParts.Needs(
                  objects, index.files(), decoder, deletes, limits, clock, random),
              id,
              index::refresh);
      closers.push(compactor::close);
      compactor.bind(metrics);
    }
    registerAdministration(router, ingester, ring, cluster);
    Tracing tracing = Tracing.open(config.tracing(), System.getenv(), Version.current(), clock);
    closers.push(tracing::close);
    Observation observation = new Observation(metrics, config, tracing);
    observation.bind();
    if (cluster != null) {
      closers.push(cluster::leaveIngesters);
    }
    Listeners listening = new Listeners(config, router, metrics, observation, clock, random);
    closers.push(listening::close);
    listening.start();
    listeners = listening;
    endpoints = router.endpoints();
    if (ingester != null) {
      ingester.start();
    }
    if (cluster != null) {
      cluster.activateIngester();
      if (roles.contains(Role.QUERIER)) {
        cluster.joinAsQuerier();
      }
    }
    if (rules != null) {
      rules.start();
    }
    if (compactor != null) {
      compactor.start();
    }
    LOG.info("listening on {}", address());
  }

  private Ingester openIngester(
      ObjectStore objects,
      LabelIndex index,
      ColumnDecoder decoder,
      TenantOverrides limits,
      @Nullable ClusterParts cluster,
      RingStore ring,
      RandomGenerator random)
      throws IOException {
    WalDisk disk = DirectoryWalDisk.open(config.ingester().wal().dir());
    closers.push(() -> closeDisk(disk));
    Ingester ingester =
        new Ingester(
            config.ingester(),
            config.patternIngester(),
            disk,
            new PackWriter(
                objects, clock, random, cluster == null ? INGESTER_ID : cluster.ingesterId()),
            index,
            decoder,
            tenant -> ingesterLimits(limits.of(tenant), cluster),
            clock,
            random);
    closers.push(ingester::close);
    bind(ingester);
    IngesterMetrics.bind(metrics, ingester, config.ingester());
    if (cluster == null) {
      ring.put(
          new Instance(
              INGESTER_ID,
              "",
              Instance.State.ACTIVE,
              random.ints(TOKENS).distinct().boxed().toList()));
    }
    return ingester;
  }

  private List<RpcService> services(
      String id,
      @Nullable Ingester ingester,
      IndexParts index,
      FleetParts fleet,
      Supplier<Ring> ring) {
    List<RpcService> services = new ArrayList<>();
    if (ingester != null) {
      services.add(
          IngesterService.of(
              id,
              ingester,
              new IngesterHoldings(ingester, index.written().recent()),
              ingester,
              ring));
    }
    if (config.roles().contains(Role.QUERIER)) {
      services.add(fleet.service());
    }
    return services;
  }

  private void openDistributor(
      Router router,
      TenantHeader tenants,
      TenantOverrides limits,
      @Nullable Ingester ingester,
      @Nullable ClusterParts cluster,
      RingStore ring) {
    Function<Instance, IngesterClient> clients =
        cluster == null ? _ -> Objects.requireNonNull(ingester) : cluster::writesOf;
    Distributor distributor =
        new Distributor(
            ring,
            clients,
            limits,
            tenants,
            config.distributor().withReplicationFactor(config.replicationFactor()),
            new PushMetrics(metrics),
            cluster == null ? () -> 1 : cluster::distributorCount,
            clock);
    cacheMetrics.bind("labels", distributor::labelCache);
    distributor.register(router);
    if (cluster != null) {
      cluster.joinAsDistributor();
    }
  }

  private StreamSources sources(
      @Nullable Ingester ingester,
      IndexParts index,
      @Nullable ClusterParts cluster,
      RingStore ring) {
    if (ingester != null && cluster == null) {
      return StreamSources.of(ingester, ingester, index.shared());
    }
    ReadRing readRing = new ReadRing(ring, index::expire);
    return StreamSources.of(reads(cluster, readRing), index.shared(), readRing::get);
  }

  private IngesterReads reads(@Nullable ClusterParts cluster, ReadRing ring) {
    return new ReplicatedReads(
        ring, Objects.requireNonNull(cluster)::readsOf, config.replicationFactor());
  }

  private QueryEngine engine(Limits allowed, QueryThreads threads, QueryMemory memory) {
    return new QueryEngine(
        new EngineLimits(
            allowed.queries().maxQuerySeries(),
            config.querier().maxQueryMemory(),
            allowed.queries().shardAggregations().contains("approx_topk")),
        threads,
        config.querier().threads(),
        memory);
  }

  private void registerQueries(
      Router router,
      QueryApi queries,
      QueryData data,
      StreamSources sources,
      LiveEntries live,
      FairTurns turns,
      TenantHeader tenants,
      TenantLimits limits,
      ObjectStore objects,
      ColumnDecoder decoder,
      BooleanSupplier readable,
      ReadObserver observer) {
    QueryRoutes queryRoutes =
        new QueryRoutes(
            queries,
            tenants,
            config.querier().multiTenantQueriesEnabled(),
            turns,
            readable,
            observer,
            clock);
    queryRoutes.register(router);
    new ExplainRoutes(queries, queryRoutes).register(router);
    TailRoutes tails =
        new TailRoutes(
            live, data, queries, queryRoutes, tenants, config.querier().tailMaxDuration(), clock);
    tails.register(router);
    bind(tails.counters());
    new MetadataRoutes(
            new VolumeApi(data, queries, clock),
            new DetectedApi(data, queries, clock),
            new LegacyApi(queries, clock),
            new LimitsApi(
                limits, tenants, config.patternIngester().enabled(), StatusRoutes.API_VERSION),
            queryRoutes)
        .register(router);
    new PatternRoutes(patternApi(sources, objects, decoder, queries), queryRoutes).register(router);
  }

  /** A tenant's streams are spread over ingesters, each on as many as there are copies. */
  private IngesterLimits.Limits ingesterLimits(Limits limits, @Nullable ClusterParts cluster) {
    long streams = limits.ingestion().maxGlobalStreamsPerUser();
    if (cluster != null) {
      long copies = config.replicationFactor();
      streams = Math.ceilDiv(streams * copies, Math.max(copies, cluster.ingesterCount()));
    }
    return new IngesterLimits.Limits(
        (int) streams, limits.entries().unorderedWrites(), limits.entries().allowBackfill());
  }

  private @Nullable PatternApi patternApi(
      StreamSources sources, ObjectStore objects, ColumnDecoder decoder, QueryApi queries) {
    if (!config.patternIngester().enabled()) {
      return null;
    }
    PatternReader reader = new PatternReader(objects, decoder, config.querier().cacheSize() / 32);
    cacheMetrics.bind("patterns", reader::cacheStatistics);
    PatternSource source =
        new PatternSource(sources, reader, config.patternIngester().patternSampleInterval());
    return new PatternApi(source, queries, clock);
  }

  private @Nullable DeletedEntries deletedEntries(DeleteRequests deletes, TenantLimits limits) {
    return config.compactor().retentionEnabled()
        ? new DeletedEntries(
            deletes, tenant -> !limits.of(tenant).retention().deletionMode().equals("disabled"))
        : null;
  }

  private void registerDeletion(
      Router router,
      DeleteRequests deletes,
      TenantHeader tenants,
      TenantLimits limits,
      RandomGenerator random) {
    CompactorSection compactor = config.compactor();
    if (compactor.retentionEnabled()) {
      DeleteConfig allowed =
          new DeleteConfig(compactor.deleteRequestCancelPeriod(), compactor.deleteMaxInterval());
      new DeleteRoutes(deletes, allowed, tenants, limits, clock, random).register(router);
    }
  }

  private CacheConfig cacheConfig() {
    long size = config.querier().cacheSize();
    return new CacheConfig(size / 16, size * 9 / 16, size * 6 / 16);
  }

  /**
   * Returns whether an ingester has been in the ring, where a role works with them: whoever has
   * joined nobody yet would refuse all.
   */
  private BooleanSupplier ringSeen(RingStore ring) {
    Set<Role> roles = config.roles();
    if (Collections.disjoint(roles, Set.of(Role.DISTRIBUTOR, Role.QUERIER, Role.RULER))) {
      return () -> true;
    }
    AtomicBoolean seen = new AtomicBoolean();
    return () -> {
      if (!seen.get() && ring.get().instances().stream().anyMatch(Instance::mayHoldEntries)) {
        seen.set(true);
      }
      return seen.get();
    };
  }

  private void registerAdministration(
      Router router, @Nullable Ingester ingester, RingStore ring, @Nullable ClusterParts cluster) {
    BooleanSupplier active = cluster == null ? () -> true : cluster::isIngesterActive;
    new StatusRoutes(config, ingester, active, ringSeen(ring), metrics, () -> stopping)
        .register(router);
    RingPage ringPage = new RingPage(ring, clock);
    router
        .get("/ring", Permission.ADMIN, ringPage::show)
        .post("/ring", Permission.ADMIN, ringPage::forget);
    if (ingester != null) {
      IngesterRoutes.RingLeaving leaving =
          cluster == null ? _ -> ring.remove(INGESTER_ID) : cluster::leaveRing;
      new IngesterRoutes(ingester, config.common().pathPrefix(), leaving, terminate)
          .register(router);
    }
  }

  private void bind(Ingester ingester) {
    Supplier<IngesterStatistics> now = ingester::statistics;
    metrics.gauge("skald_ingester_memory_streams", "Streams in memory.", () -> now.get().streams());
    metrics.gauge(
        "skald_ingester_unflushed_bytes",
        "Memory of what is not in object storage yet.",
        () -> now.get().unflushedBytes());
    metrics.gauge(
        "skald_ingester_unflushed_bytes_limit",
        "Memory at which pushes wait, then are refused.",
        () -> config.ingester().maxUnflushedBytes());
    metrics.counter(
        "skald_ingester_refused_pushes_total",
        "Pushes refused because memory was full.",
        () -> now.get().refusedPushes());
    metrics.counter(
        "skald_ingester_packs_written_total",
        "Objects written to the object store.",
        () -> now.get().flushedPacks());
    metrics.counter(
        "skald_ingester_flushed_bytes_total",
        "Bytes of the chunks in them.",
        () -> now.get().flushedBytes());
    metrics.counter(
        "skald_ingester_flush_failures_total",
        "Flushes that failed and are tried again.",
        () -> now.get().flushFailures());
    metrics.counter(
        "skald_wal_records_total", "Records made durable.", () -> now.get().wal().records());
    metrics.counter(
        "skald_wal_bytes_total", "Bytes of these records.", () -> now.get().wal().bytes());
    metrics.counter(
        "skald_wal_syncs_total", "Groups of records made durable.", () -> now.get().wal().syncs());
    metrics.counter(
        "skald_wal_sync_seconds_total",
        "Time spent in them.",
        () -> now.get().wal().syncNanos() / 1e9);
    metrics.counter(
        "skald_wal_failures_total",
        "Groups that could not be written; their pushes were refused.",
        () -> now.get().wal().failures());
    metrics.gauge(
        "skald_wal_disk_bytes", "Size of the segment files.", () -> now.get().wal().segmentBytes());
    bindPatterns(ingester.patternBudget());
  }

  private void bind(FairTurns turns) {
    metrics.gauge("skald_querier_queries_running", "Reads under way.", turns::running);
    metrics.gauge("skald_querier_queries_waiting", "Reads that wait to begin.", turns::waiting);
    metrics.counter(
        "skald_querier_queries_refused_total",
        "Reads refused because too many of their tenant waited.",
        turns::refused);
  }

  private void bind(QueryMemory memory) {
    metrics.gauge(
        "skald_querier_query_memory_bytes",
        "Memory that queries under way hold together.",
        memory::heldBytes);
    metrics.gauge(
        "skald_querier_query_memory_bytes_limit", "What they may hold.", memory::limitBytes);
  }

  private void bind(TailCounters tails) {
    metrics.gauge("skald_querier_tails", "Tails that are open.", tails::open);
    metrics.counter(
        "skald_querier_tail_lines_sent_total", "Lines sent to tails.", tails::sentLines);
    metrics.counter(
        "skald_querier_tail_lines_dropped_total",
        "Lines not sent because the client was behind.",
        tails::droppedLines);
  }

  private void bindPatterns(PatternBudget patterns) {
    metrics.gauge(
        "skald_pattern_clusters", "Patterns that streams in memory have.", patterns::clusters);
    metrics.gauge("skald_pattern_memory_bytes", "Memory of these patterns.", patterns::usedBytes);
    metrics.counter(
        "skald_pattern_evictions_total",
        "Patterns that made room for others.",
        patterns::evictions);
    metrics.counter(
        "skald_pattern_lines_total", "Lines that were given a pattern.", patterns::minedLines);
    metrics.counter(
        "skald_pattern_skipped_lines_total",
        "Lines that were given no pattern: empty, or at a limit.",
        patterns::skippedLines);
  }

  /** Returns the URL to reach the server by. */
  public String address() {
    if (listeners == null) {
      throw new IllegalStateException("the server is not started");
    }
    return listeners.address();
  }

  /** Returns all routes, for tests that go through them. */
  public List<Router.Endpoint> endpoints() {
    return endpoints;
  }

  /** Refuses new work, finishes running requests, flushes, closes. */
  @Override
  public void close() {
    stopping = true;
    if (listeners != null) {
      awaitQuietly(config.shutdownDelay());
    }
    RuntimeException first = null;
    while (!closers.isEmpty()) {
      try {
        closers.pop().run();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private static void awaitQuietly(Duration time) {
    try {
      TimeUnit.NANOSECONDS.sleep(time.toNanos());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeDisk(WalDisk disk) {
    try {
      disk.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the log's folder could not be closed", e);
    }
  }
}
