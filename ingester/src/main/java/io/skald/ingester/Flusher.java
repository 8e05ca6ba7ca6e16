package io.skald.ingester;

import io.skald.common.block.StorageException;
import io.skald.common.time.Clock;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.pack.PackWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what is flushed, and flushes it. One cycle runs at a time; within a cycle packs are
 * written side by side, and all closed chunks of one stream are in the same pack, so that its
 * chunks reach the index in order.
 */
final class Flusher {
  private static final Logger log = LoggerFactory.getLogger(Flusher.class);
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
  private static final Duration LAST_BACKOFF = Duration.ofMinutes(1);

  private final IngesterConfig config;
  private final Tenants tenants;
  private final SealingPool sealing;
  private final PackWriter packs;
  private final LabelIndex index;
  private final MemoryAccount memory;
  private final Runnable beforeFlush;
  private final FlushCounters counters;
  private final Clock clock;

  /** Held during a cycle, I/O included. */
  private final ReentrantLock cycle = new ReentrantLock();

  // Guarded by cycle.
  private @Nullable Duration backoff;
  private long failedAtNanos;

  /**
   * @param beforeFlush run when it is settled what is flushed, and before any of it is
   */
  Flusher(
      IngesterConfig config,
      Tenants tenants,
      SealingPool sealing,
      PackWriter packs,
      LabelIndex index,
      MemoryAccount memory,
      Runnable beforeFlush,
      FlushCounters counters,
      Clock clock) {
    this.config = config;
    this.tenants = tenants;
    this.sealing = sealing;
    this.packs = packs;
    this.index = index;
    this.memory = memory;
    this.beforeFlush = beforeFlush;
    this.counters = counters;
    this.clock = clock;
  }

  /**
   * Flushes what is full, old or idle, and more if memory is short. Does nothing while it waits
   * after a failure. Never throws because of the object store or the index.
   */
  void flushDue() throws InterruptedException {
    cycle.lockInterruptibly();
    try {
      Duration wait = backoff;
      if (wait != null && clock.monotonicNanos() - failedAtNanos < wait.toNanos()) {
        return;
      }
      long now = clock.nowNanos();
      for (TenantStreams tenant : tenants.all()) {
        tenant.all().forEach(stream -> stream.closeIfDue(now));
      }
      closeForMemory();
      flushClosed();
      tenants.retireIdle(now);
    } finally {
      memory.flushed();
      cycle.unlock();
    }
  }

  /**
   * Flushes everything that has been appended before the call.
   *
   * @throws FlushFailedException if something could not be flushed; it stays in memory
   */
  void flushAll(FlushReason reason) throws InterruptedException {
    cycle.lockInterruptibly();
    try {
      for (TenantStreams tenant : tenants.all()) {
        tenant.all().forEach(stream -> stream.closeOpen(reason));
      }
      Throwable failure = flushClosed();
      if (failure != null) {
        throw new FlushFailedException(failure);
      }
      if (!index.settle()) {
        throw new FlushFailedException(
            new StorageException("the index of what was flushed cannot be shipped yet"));
      }
    } finally {
      memory.flushed();
      cycle.unlock();
    }
  }

  /** Runs something that must not meet a flush. */
  void betweenCycles(Runnable action) throws InterruptedException {
    cycle.lockInterruptibly();
    try {
      action.run();
    } finally {
      cycle.unlock();
    }
  }

  /** Closes the largest open chunks until enough will be flushed. */
  private void closeForMemory() {
    long excess = memory.excessBytes();
    if (excess == 0) {
      return;
    }
    record Candidate(LiveStream stream, long openBytes) {}
    List<Candidate> candidates = new ArrayList<>();
    for (TenantStreams tenant : tenants.all()) {
      for (LiveStream stream : tenant.all()) {
        for (LiveChunk chunk : stream.closedChunks()) {
          excess -= chunk.sizeBytes();
        }
        candidates.add(new Candidate(stream, stream.openBytes()));
      }
    }
    candidates.sort(Comparator.comparingLong(Candidate::openBytes).reversed());
    for (Candidate candidate : candidates) {
      if (excess <= 0) {
        break;
      }
      candidate.stream.closeOpen(FlushReason.MEMORY);
      excess -= candidate.openBytes;
    }
  }

  /** Flushes all closed chunks; returns the first failure, or null. */
  private @Nullable Throwable flushClosed() throws InterruptedException {
    List<ChunkFlush> flushes = plan();
    counters.planned(flushes.stream().mapToLong(ChunkFlush::chunkCount).sum());
    if (flushes.isEmpty()) {
      return null;
    }
    beforeFlush.run();
    Throwable failure = null;
    try (ExecutorService executor =
        Executors.newFixedThreadPool(
            Math.min(config.concurrentFlushes(), flushes.size()),
            Thread.ofVirtual().name("flush-", 0).factory())) {
      List<Future<?>> running = new ArrayList<>();
      for (ChunkFlush flush : flushes) {
        running.add(
            executor.submit(() -> {
              long started = clock.monotonicNanos();
              flush.run(sealing, packs, index, memory, counters);
              counters.packFlushed(clock.monotonicNanos() - started);
              return null;
            }));
      }
      for (Future<?> future : running) {
        Throwable failed = outcome(future);
        failure = failure == null ? failed : failure;
      }
    }
    remember(failure);
    return failure;
  }

  private List<ChunkFlush> plan() {
    List<ChunkFlush> flushes = new ArrayList<>();
    for (TenantStreams tenant : tenants.all()) {
      ChunkFlush current = new ChunkFlush(tenant.tenant());
      // Streams alike lie together: queries ask for them together, and in this order.
      Map<LiveStream, List<LiveChunk>> closed =
          new TreeMap<>(Comparator.comparing(LiveStream::labels));
      for (LiveStream stream : tenant.all()) {
        List<LiveChunk> chunks = stream.closedChunks();
        if (!chunks.isEmpty()) {
          closed.put(stream, chunks);
        }
      }
      for (Map.Entry<LiveStream, List<LiveChunk>> stream : closed.entrySet()) {
        current.add(stream.getKey(), stream.getValue());
        if (current.estimatedBytes() >= config.maxPackSize()) {
          flushes.add(current);
          current = new ChunkFlush(tenant.tenant());
        }
      }
      if (!current.isEmpty()) {
        flushes.add(current);
      }
    }
    return flushes;
  }

  private static @Nullable Throwable outcome(Future<?> future) throws InterruptedException {
    try {
      future.get();
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** Logs when flushing begins to fail or works again, and sets when to try the next time. */
  private void remember(@Nullable Throwable failure) {
    if (failure == null) {
      if (backoff != null) {
        log.info("chunks can be flushed again");
      }
      backoff = null;
      memory.flushFailing(null);
      return;
    }
    counters.failed();
    Duration last = backoff;
    if (last == null) {
      log.error(
          "chunks cannot be flushed; they stay in memory and in the WAL, and are tried again",
          failure);
      backoff = FIRST_BACKOFF;
    } else {
      Duration doubled = last.multipliedBy(2);
      backoff = doubled.compareTo(LAST_BACKOFF) > 0 ? LAST_BACKOFF : doubled;
    }
    failedAtNanos = clock.monotonicNanos();
    memory.flushFailing(String.valueOf(failure.getMessage()));
  }
}
