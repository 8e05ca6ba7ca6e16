package io.skald.ingester;

import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.IngesterClient;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import io.skald.common.push.BatchKey;
import io.skald.common.push.DeliveryNote;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternBudget;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.wal.PushRecord;
import io.skald.storage.wal.RecordBuffer;
import io.skald.storage.wal.RecordTooLargeException;
import io.skald.storage.wal.ReplayReport;
import io.skald.storage.wal.WalConfig;
import io.skald.storage.wal.WalDisk;
import io.skald.storage.wal.WriteAheadLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps recent entries in memory and in a log, and moves them to object storage.
 *
 * <p>{@link #start} replays the log; until it returns pushes are refused with 503. {@link #close}
 * flushes everything; a start after that replays nothing. Thread-safe.
 */
public final class Ingester
    implements IngesterClient, RecentStreams, RecentPatterns, LiveEntries, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ingester.class);
  private static final int BAD_REQUEST = 400;
  private static final int UNAVAILABLE = 503;

  /** The agent's lines must not be refused for what it tells of them. */
  private static final IngesterLimits.Limits OF_NOTES = new IngesterLimits.Limits(0, true, true);

  /** What an entry takes in a head beside its line. */
  private static final int BYTES_PER_ENTRY = 16;

  /** Where an ingester stands in its life; each state is entered once, in this order. */
  public enum State {
    NEW,
    STARTING,
    RUNNING,
    STOPPING,
    STOPPED
  }

  private final IngesterConfig config;
  private final LabelIndex index;
  private final ColumnDecoder decoder;
  private final IngesterLimits limits;
  private final Clock clock;
  private final WriteAheadLog wal;
  private final BatchWindow batchWindow;
  private final MemoryAccount memory;
  private final SealingPool sealing;
  private final PatternBudget patternBudget;
  private final StreamRules rules;
  private final Tenants tenants = new Tenants();
  private final LiveFeed feed = new LiveFeed();
  private final FlushCounters flushCounters = new FlushCounters();
  private final Flusher flusher;
  private final LogRetention retention;
  private final FlushLoop flushLoop;
  private final RecordBuffers buffers = new RecordBuffers();
  private final LongAdder pushedEntries = new LongAdder();
  private final LongAdder pushedBytes = new LongAdder();

  /** Used by the log's thread only. */
  private final MetadataMapping mapping = new MetadataMapping();

  private volatile State state = State.NEW;
  private volatile @Nullable ReplayReport replayReport;

  /** Whether the log has been replayed: from then on reads miss nothing, also while stopping. */
  private volatile boolean replayed;

  private volatile boolean flushedAtStop;

  /**
   * Opens the log; nothing is read yet.
   *
   * @param disk stays the caller's to close, after the ingester; so do the other parts
   * @param random makes chunk ids; seeded differently in every process
   * @throws IOException if the log directory cannot be read
   */
  public Ingester(
      IngesterConfig config,
      PatternConfig patterns,
      WalDisk disk,
      PackWriter packs,
      LabelIndex index,
      ColumnDecoder decoder,
      IngesterLimits limits,
      Clock clock,
      RandomGenerator random)
      throws IOException {
    this(
        config,
        patterns,
        disk,
        packs,
        index,
        decoder,
        limits,
        clock,
        random,
        Thread.ofPlatform().factory());
  }

  /**
   * As {@link #Ingester(IngesterConfig, PatternConfig, WalDisk, PackWriter, LabelIndex,
   * ColumnDecoder, IngesterLimits, Clock, RandomGenerator)}.
   *
   * @param threads makes the threads of log, replay, sealing and flush
   */
  public Ingester(
      IngesterConfig config,
      PatternConfig patterns,
      WalDisk disk,
      PackWriter packs,
      LabelIndex index,
      ColumnDecoder decoder,
      IngesterLimits limits,
      Clock clock,
      RandomGenerator random,
      ThreadFactory threads)
      throws IOException {
    this.config = config;
    this.index = index;
    this.decoder = decoder;
    this.limits = limits;
    this.clock = clock;
    this.wal = WriteAheadLog.open(disk, walConfig(config.wal()), clock, threads);
    this.batchWindow = new BatchWindow(disk, config.maxPushWait(), clock);
    this.flushLoop = new FlushLoop(config.flushCheckPeriod(), this::flushAndTidy, clock, threads);
    this.memory =
        new MemoryAccount(config.maxUnflushedBytes(), config.maxPushWait(), flushLoop::wake, clock);
    this.sealing =
        new SealingPool(config.sealThreads(), () -> new BlockSealer(decoder), memory, threads);
    this.patternBudget = new PatternBudget(patterns.maxMemory());
    this.rules = new StreamRules(config, patterns, patternBudget, random, sealing::submit);
    this.flusher =
        new Flusher(
            config,
            tenants,
            sealing,
            packs,
            index,
            memory,
            batchWindow::save,
            flushCounters,
            clock);
    this.retention =
        new LogRetention(
            config.wal(), tenants, wal, index, memory, batchWindow, flushCounters, clock);
  }

  private static WalConfig walConfig(IngesterConfig.Wal config) {
    WalConfig defaults = WalConfig.defaults();
    return new WalConfig(
        config.segmentSize(),
        defaults.maxRecordBytes(),
        config.maxQueuedBytes(),
        config.maxQueueWait(),
        defaults.retryDelay());
  }

  /**
   * Replays the log and begins to take pushes; blocks until then.
   *
   * @throws IOException if the log cannot be read
   * @throws io.skald.common.block.StorageException if it has an unknown version, or the index fails
   */
  public void start() throws IOException {
    state = State.STARTING;
    long startNanos = clock.monotonicNanos();
    batchWindow.load();
    LogReplayer replayer =
        new LogReplayer(
            tenants, batchWindow, index, decoder, rules, memory, this::flushDue, clock.nowNanos());
    ReplayReport report =
        wal.replay(replayer, config.sealThreads(), config.wal().replayMemoryCeiling());
    replayReport = report;
    if (report.bytes() > 0) {
      log.info(
          "replayed {} records and {} checkpoint chunks ({} bytes) in {} ms; {} damaged places",
          report.records(),
          report.checkpointChunks(),
          report.bytes(),
          (clock.monotonicNanos() - startNanos) / 1_000_000,
          report.damageCount());
    }
    skipKnownPositions();
    wal.start();
    flushLoop.start();
    replayed = true;
    state = State.RUNNING;
  }

  /**
   * Positions that the index knows may lie ahead of the log, if the log's directory was lost; new
   * records must not look as if they were flushed.
   */
  private void skipKnownPositions() {
    AtomicLong last = new AtomicLong();
    index.eachFlushed(flushed -> last.accumulateAndGet(flushed.position(), Math::max));
    wal.skipPast(last.get());
  }

  /** Returns where the ingester stands. */
  public State state() {
    return state;
  }

  /** Returns whether reads see all that was acknowledged; also true once pushes are refused. */
  public boolean isReadable() {
    return replayed;
  }

  /**
   * Returns whether it has stopped and others can do without it: all that it took is in object
   * storage, and listed there. If not, entries may be nowhere but in its log.
   */
  public boolean isFlushed() {
    return flushedAtStop;
  }

  @Override
  public List<EntryRejection> push(
      TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    requireRunning();
    if (key == null) {
      return pushOnce(tenant, null, batches);
    }
    try (BatchWindow.Turn turn = batchWindow.take(tenant, key)) {
      return pushOnce(tenant, key, turn.missing(batches));
    }
  }

  private List<EntryRejection> pushOnce(
      TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    long bytes = 0;
    for (StreamBatch batch : batches) {
      bytes += batch.entries().lineBytes() + (long) batch.entries().size() * BYTES_PER_ENTRY;
    }
    memory.reserve(bytes);
    try {
      return pushReserved(tenant, key, DistinctStreams.of(batches));
    } finally {
      memory.release(bytes);
    }
  }

  private List<EntryRejection> pushReserved(
      TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches) {
    PushPlan plan = new PushPlan();
    RecordBuffer buffer = buffers.take();
    try {
      plan(tenant, batches, plan, new PushRecord(buffer, tenant, key));
      if (!plan.isEmpty()) {
        wal.append(buffer, position -> apply(tenant, key, plan, position));
      }
      return plan.rejections();
    } catch (RecordTooLargeException e) {
      return List.of(
          new EntryRejection(
              BAD_REQUEST,
              String.valueOf(e.getMessage()),
              EntryRejection.Cause.RECORD_TOO_LARGE,
              plan.entries(),
              plan.lineBytes()));
    } finally {
      plan.abandonRest();
      buffers.giveBack(buffer);
    }
  }

  private void plan(TenantId tenant, List<StreamBatch> batches, PushPlan plan, PushRecord record) {
    TenantStreams streams = tenants.getOrCreate(tenant);
    IngesterLimits.Limits allowed = limits.limits(tenant);
    for (StreamBatch batch : batches) {
      if (batch.entries().size() > 0) {
        plan(
            streams,
            batch,
            DeliveryNote.isNotes(batch.labels()) ? OF_NOTES : allowed,
            plan,
            record);
      }
    }
  }

  private void plan(
      TenantStreams streams,
      StreamBatch batch,
      IngesterLimits.Limits allowed,
      PushPlan plan,
      PushRecord record) {
    while (true) {
      LiveStream stream =
          streams.getOrCreate(
              batch.fingerprint(), allowed.maxGlobalStreamsPerUser(), () -> newStream(batch));
      if (stream == null) {
        plan.reject(Tenants.tooManyStreams(streams.tenant(), batch));
        return;
      }
      Acceptance acceptance = stream.accept(batch.entries(), allowed);
      if (acceptance == null) {
        streams.remove(stream);
        continue;
      }
      EntryRejection rejection = acceptance.rejection(streams.tenant(), batch.labels());
      if (rejection != null) {
        plan.reject(rejection);
      }
      if (acceptance.accepted().size() > 0) {
        plan.add(stream, acceptance.accepted());
        record.add(batch.fingerprint(), stream.encodedLabels(), acceptance.accepted());
      }
      return;
    }
  }

  private LiveStream newStream(StreamBatch batch) {
    return new LiveStream(batch.labels(), batch.fingerprint(), rules, clock.nowNanos());
  }

  private void apply(TenantId tenant, @Nullable BatchKey key, PushPlan plan, long position) {
    memory.unflushedChanged(plan.append(position, clock.nowNanos(), mapping));
    if (key != null) {
      batchWindow.stored(tenant, key, plan.fingerprints());
    }
    pushedEntries.add(plan.entries());
    pushedBytes.add(plan.lineBytes());
    if (feed.isFollowed(tenant)) {
      plan.tell(tenant, feed);
    }
  }

  @Override
  public Subscription subscribe(TenantId tenant, List<LabelMatcher> matchers, Sink sink) {
    return feed.subscribe(tenant, matchers, sink);
  }

  private void requireRunning() {
    switch (state) {
      case RUNNING -> {}
      case NEW, STARTING ->
          throw new IngestUnavailableException(
              UNAVAILABLE, "the ingester is starting: it replays its WAL; push again later");
      case STOPPING, STOPPED ->
          throw new IngestUnavailableException(
              UNAVAILABLE, "the ingester is stopping or has stopped");
    }
  }

  @Override
  public List<RecentStream> select(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    TenantStreams streams = tenants.get(tenant);
    if (streams == null) {
      return List.of();
    }
    List<RecentStream> result = new ArrayList<>();
    for (LiveStream stream : streams.matching(matchers)) {
      RecentStream recent = stream.snapshot(fromNanos, throughNanos);
      if (recent != null) {
        result.add(recent);
      }
    }
    return result;
  }

  @Override
  public Found patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Long> chunkIds = new HashSet<>();
    List<StreamPatterns> found = new ArrayList<>();
    TenantStreams streams = tenants.get(tenant);
    if (streams != null) {
      for (LiveStream stream : streams.matching(matchers)) {
        List<PatternSamples> samples = new ArrayList<>();
        stream.addPatterns(fromNanos, throughNanos, chunkIds, samples);
        if (!samples.isEmpty()) {
          found.add(new StreamPatterns(stream.fingerprint(), "", samples));
        }
      }
    }
    return new Found(chunkIds, found);
  }

  /** Returns what mining patterns has done, and the memory it takes. */
  public PatternBudget patternBudget() {
    return patternBudget;
  }

  /**
   * Moves everything that was acknowledged before the call to object storage; blocks until it is
   * there.
   *
   * @throws FlushFailedException if that fails; the data stays in memory and in the log
   * @throws IngestUnavailableException if the ingester is not running
   */
  public void flush() {
    requireRunning();
    try {
      flusher.flushAll(FlushReason.REQUEST);
      flusher.betweenCycles(retention::run);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IngestUnavailableException(UNAVAILABLE, "interrupted during a flush", e);
    }
  }

  /** Flushes what is due and shortens the log; what the flush loop does in every round. */
  void flushAndTidy() {
    try {
      flusher.flushDue();
      flusher.betweenCycles(retention::run);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void flushDue() {
    try {
      flusher.flushDue();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Refuses new pushes, finishes those that wait, and flushes everything if that is asked for.
   * Reads go on. Does nothing if it was called before.
   *
   * @param flush without, what is in memory is replayed from the log at the next start
   * @throws FlushFailedException if the flush fails; the ingester has stopped all the same, and the
   *     log keeps the data for the next start
   */
  public synchronized void stop(boolean flush) {
    State before = state;
    if (before == State.STOPPED) {
      return;
    }
    state = State.STOPPING;
    try {
      flushLoop.close();
      wal.close();
      if (before == State.RUNNING && flush) {
        flushAtStop();
      }
    } finally {
      sealing.close();
      state = State.STOPPED;
    }
  }

  private void flushAtStop() {
    try {
      flusher.flushAll(FlushReason.SHUTDOWN);
      flushedAtStop = true;
      wal.forgetAll();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      log.warn("interrupted during the flush at shutdown; the WAL keeps the data");
    }
  }

  /** Stops with a flush, unless it has been stopped. */
  @Override
  public void close() {
    try {
      stop(true);
    } catch (FlushFailedException e) {
      log.error("not everything could be flushed at shutdown; the WAL keeps it", e);
    }
  }

  /** Returns what the ingester has done and holds now. */
  public IngesterStatistics statistics() {
    return new IngesterStatistics(
        tenants.all().size(),
        tenants.streamCount(),
        memory.unflushedBytes(),
        memory.unsealedBytes(),
        memory.refusals(),
        pushedEntries.sum(),
        pushedBytes.sum(),
        batchWindow.repeatedEntries(),
        flushCounters.chunksByReason(),
        flushCounters.packs(),
        flushCounters.bytes(),
        flushCounters.failures(),
        flushCounters.waitingChunks(),
        flushCounters.packTimes(),
        flushCounters.checkpoints(),
        wal.statistics(),
        replayReport);
  }
}
