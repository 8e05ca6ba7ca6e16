package io.skald.server;

import io.skald.common.http.Permission;
import io.skald.common.http.Router;
import io.skald.common.http.TenantHeader;
import io.skald.common.limits.Limits;
import io.skald.common.limits.TenantLimits;
import io.skald.common.ring.InMemoryRing;
import io.skald.common.ring.Instance;
import io.skald.common.time.Clock;
import io.skald.distributor.Distributor;
import io.skald.ingester.Ingester;
import io.skald.ingester.IngesterLimits;
import io.skald.ingester.IngesterStatistics;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
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
import io.skald.querier.pattern.PatternSource;
import io.skald.querier.source.DeletedEntries;
import io.skald.querier.source.QueryData;
import io.skald.querier.tail.TailCounters;
import io.skald.querier.turn.FairTurns;
import io.skald.querier.turn.TurnConfig;
import io.skald.server.trace.Tracing;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.index.RocksLabelIndex;
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
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All roles in one process, called directly, with one HTTP port. Start and close it once each; what
 * fails to start closes what had started.
 */
public final class SingleProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SingleProcess.class);
  private static final String INGESTER_ID = "single-process";
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
  public SingleProcess(SkaldConfig config, Clock clock, Runnable terminate) {
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
    ObjectStore objects =
        new MeasuredObjectStore(
            new ObjectStores(clock, random, metrics, closers).open(config.common()),
            metrics,
            clock);
    RocksLabelIndex index = new RocksLabelIndex(config.common().indexDirectory());
    closers.push(index::close);
    StorageMetrics.bind(metrics, index);
    WalDisk disk = DirectoryWalDisk.open(config.ingester().wal().dir());
    closers.push(() -> closeDisk(disk));
    ColumnDecoder decoder = new ColumnDecoder();
    closers.push(decoder::close);
    TenantOverrides limits = new TenantOverrides(config, clock);
    closers.push(limits::close);
    limits.bind(metrics);
    limits.start();
    Ingester ingester =
        new Ingester(
            config.ingester(),
            config.patternIngester(),
            disk,
            new PackWriter(objects, clock, random),
            index,
            decoder,
            tenant -> ingesterLimits(limits.of(tenant)),
            clock,
            random);
    closers.push(ingester::close);
    bind(ingester);
    IngesterMetrics.bind(metrics, ingester, config.ingester());

    DeleteRequests deletes = new DeleteRequests(objects);
    StorageMetrics.bind(metrics, deletes);
    ChunkCaches caches = new ChunkCaches(cacheConfig());
    ChunkReader reader = new ChunkReader(objects, caches, decoder);
    FairTurns turns =
        new FairTurns(
            new TurnConfig(
                config.querier().threads(),
                config.querier().maxRunningQueries(),
                config.querier().maxOutstandingPerTenant()),
            clock);
    closers.push(turns::close);
    bind(turns);
    QueryMetrics queryMetrics = new QueryMetrics(metrics);
    queryMetrics.bind(metrics, turns);
    TenantHeader tenants = new TenantHeader(config.authEnabled());
    QueryData data = new QueryData(ingester, index, reader, deletedEntries(deletes, limits));
    QueryApi queries =
        new QueryApi(
            data,
            (allowed, threads) ->
                new QueryEngine(
                    new EngineLimits(
                        allowed.queries().maxQuerySeries(),
                        config.querier().maxQueryMemory(),
                        allowed.queries().shardAggregations().contains("approx_topk")),
                    threads,
                    config.querier().threads()),
            limits,
            config.querier().multiTenantQueriesEnabled(),
            clock);
    InMemoryRing ring = new InMemoryRing();
    ring.put(
        new Instance(
            INGESTER_ID,
            "",
            Instance.State.ACTIVE,
            random.ints(TOKENS).distinct().boxed().toList()));
    Distributor distributor =
        new Distributor(
            ring, _ -> ingester, limits, tenants, config.distributor(), metrics, () -> 1, clock);

    cacheMetrics.bind(caches);
    cacheMetrics.bind("labels", distributor::labelCache);

    Router router = new Router();
    distributor.register(router);
    QueryRoutes queryRoutes =
        new QueryRoutes(
            queries,
            tenants,
            config.querier().multiTenantQueriesEnabled(),
            turns,
            ingester::isReadable,
            ReadObserver.all(queryMetrics, new QueryLog(config.querier().log())),
            clock);
    queryRoutes.register(router);
    new ExplainRoutes(queries, queryRoutes).register(router);
    TailRoutes tails =
        new TailRoutes(
            ingester,
            data,
            queries,
            queryRoutes,
            tenants,
            config.querier().tailMaxDuration(),
            clock);
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
    new PatternRoutes(patternApi(ingester, index, objects, decoder, queries), queryRoutes)
        .register(router);
    registerDeletion(router, deletes, tenants, limits, random);
    RulerParts rules =
        new RulerParts(config, objects, limits, queries, turns, ingester::isReadable, clock);
    closers.push(rules::close);
    rules.register(router, tenants);
    rules.bind(metrics);
    registerAdministration(router, ingester, ring);
    Tracing tracing = Tracing.open(config.tracing(), System.getenv(), Version.current(), clock);
    closers.push(tracing::close);
    Observation observation = new Observation(metrics, config, tracing);
    observation.bind();
    Listeners listening = new Listeners(config, router, metrics, observation, clock, random);
    closers.push(listening::close);
    listening.start();
    listeners = listening;
    endpoints = router.endpoints();
    ingester.start();
    rules.start();
    LOG.info("listening on {}", address());
  }

  private static IngesterLimits.Limits ingesterLimits(Limits limits) {
    return new IngesterLimits.Limits(
        limits.ingestion().maxGlobalStreamsPerUser(),
        limits.entries().unorderedWrites(),
        limits.entries().allowBackfill());
  }

  private @Nullable PatternApi patternApi(
      Ingester ingester,
      LabelIndex index,
      ObjectStore objects,
      ColumnDecoder decoder,
      QueryApi queries) {
    if (!config.patternIngester().enabled()) {
      return null;
    }
    PatternReader reader = new PatternReader(objects, decoder, config.querier().cacheSize() / 32);
    cacheMetrics.bind("patterns", reader::cacheStatistics);
    PatternSource source =
        new PatternSource(
            ingester, index, reader, config.patternIngester().patternSampleInterval());
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

  private void registerAdministration(Router router, Ingester ingester, InMemoryRing ring) {
    new StatusRoutes(config, ingester, metrics, () -> stopping).register(router);
    RingPage ringPage = new RingPage(ring);
    router
        .get("/ring", Permission.ADMIN, ringPage::show)
        .post("/ring", Permission.ADMIN, ringPage::forget);
    new IngesterRoutes(
            ingester, config.common().pathPrefix(), () -> ring.remove(INGESTER_ID), terminate)
        .register(router);
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
