package io.skald.storage.wal;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log of records, durable before they are acknowledged, in segment files.
 *
 * <p>Threads that append hand their record to one thread. It takes everything that waits, writes
 * it, syncs once (group commit), applies the records in log order and lets the appending threads
 * go. So a record that was applied is durable, and the order of application is the order of
 * positions.
 *
 * <p>Use: {@link #open}, {@link #replay} once, {@link #start}, then appends; {@link #close}.
 */
public final class WriteAheadLog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WriteAheadLog.class);

  /** Bounds how much one sync covers, and by how much a segment can outgrow its size. */
  private static final long MAX_GROUP_BYTES = 16 << 20;

  private final WalDisk disk;
  private final WalConfig config;
  private final Clock clock;
  private final ThreadFactory threads;
  private final LogFiles files;
  private final LogWriter writer;
  private final WalCounters counters = new WalCounters();
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final Condition room = lock.newCondition();
  // Guarded by lock.
  private final ArrayDeque<PendingAppend> queue = new ArrayDeque<>();
  private long queuedBytes;
  private int minSegment;
  private @Nullable CompletableFuture<Integer> rotation;
  private boolean closing;

  /** Written by the log's thread only. */
  private volatile long appliedThrough;

  private WriteAheadLog(WalDisk disk, WalConfig config, Clock clock, ThreadFactory threads)
      throws IOException {
    this.disk = disk;
    this.config = config;
    this.clock = clock;
    this.threads = threads;
    this.files = new LogFiles(disk);
    this.writer = new LogWriter(disk, files, config, clock, counters);
    this.thread = threads.newThread(this::run);
    thread.setName("wal");
  }

  /**
   * Opens the log in a directory.
   *
   * @param disk stays the caller's to close, after the log
   */
  public static WriteAheadLog open(WalDisk disk, WalConfig config, Clock clock) throws IOException {
    return open(disk, config, clock, Thread.ofPlatform().factory());
  }

  /**
   * As {@link #open(WalDisk, WalConfig, Clock)}.
   *
   * @param threads makes the threads of the log
   */
  public static WriteAheadLog open(
      WalDisk disk, WalConfig config, Clock clock, ThreadFactory threads) throws IOException {
    return new WriteAheadLog(disk, config, clock, threads);
  }

  /**
   * Hands everything in the log to {@code target}. Damaged records are skipped and reported; a torn
   * tail of the last segment is cut.
   *
   * @param decoders how many threads check and decode records
   * @param maxBytesInFlight bytes of records decoded ahead
   * @throws IOException if the files cannot be read
   * @throws io.skald.common.block.StorageException if a file has an unknown version
   */
  public ReplayReport replay(ReplayTarget target, int decoders, long maxBytesInFlight)
      throws IOException {
    return new LogReplay(disk, files, target, decoders, threads, maxBytesInFlight).run();
  }

  /** Begins to take records, in a segment of its own. */
  public void start() {
    appliedThrough = WalPosition.of(files.nextSegment(), 0);
    thread.start();
  }

  /**
   * Makes a record durable and applies it; blocks until then. The record is the caller's again
   * after the return.
   *
   * @param apply called with the record's position on the log's thread; must be quick and not throw
   * @throws RecordTooLargeException if the record is larger than the limit
   * @throws IngestUnavailableException if it may not be durable; {@code apply} was not called (or
   *     failed). The record may still turn up in a replay.
   */
  public void append(RecordBuffer record, LongConsumer apply) {
    if (record.recordBytes() > config.maxRecordBytes()) {
      throw new RecordTooLargeException(record.recordBytes(), config.maxRecordBytes());
    }
    PendingAppend pending = new PendingAppend(record, apply);
    enqueue(pending);
    Throwable failure = pending.await();
    if (failure instanceof IOException e) {
      throw unwritable(e);
    } else if (failure != null) {
      throw new IngestUnavailableException(
          500, "the push is in the WAL but could not be taken into memory: " + failure, failure);
    }
  }

  private void enqueue(PendingAppend pending) {
    lock.lock();
    try {
      long waitNanos = config.maxQueueWait().toNanos();
      while (!closing
          && !queue.isEmpty()
          && queuedBytes + pending.recordBytes() > config.maxQueuedBytes()) {
        if (waitNanos <= 0) {
          counters.refusedForSlowDisk();
          throw new IngestUnavailableException(
              503,
              "the WAL queue is full ("
                  + queuedBytes
                  + " bytes wait for the disk, limit "
                  + config.maxQueuedBytes()
                  + "): the disk of "
                  + disk
                  + " is too slow for the load; push less or use a faster disk");
        }
        waitNanos = clock.awaitNanos(room, waitNanos);
      }
      if (closing) {
        throw new IngestUnavailableException(503, "the ingester is shutting down");
      }
      queue.add(pending);
      queuedBytes += pending.recordBytes();
      work.signal();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IngestUnavailableException(503, "interrupted while waiting for the WAL", e);
    } finally {
      lock.unlock();
    }
  }

  private IngestUnavailableException unwritable(IOException cause) {
    String reason = String.valueOf(cause.getMessage());
    boolean full = reason.toLowerCase(Locale.ROOT).contains("no space");
    if (full) {
      counters.refusedForFullDisk();
    } else {
      counters.refusedForFailingDisk();
    }
    return new IngestUnavailableException(
        full ? 503 : 500,
        "the push was not stored: cannot write the WAL in "
            + disk
            + ": "
            + reason
            + (full
                ? "; free space on that disk, the ingester goes on by itself"
                : "; check that disk, the ingester tries again by itself"),
        cause);
  }

  /** Returns the position up to which every durable record has been applied. */
  public long appliedThrough() {
    return appliedThrough;
  }

  /**
   * Makes every record that is appended from now on lie after {@code position}. For positions that
   * an index remembers from a log directory that has been lost.
   */
  public void skipPast(long position) {
    lock.lock();
    try {
      minSegment = Math.max(minSegment, WalPosition.segment(position) + 1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletes the segments that lie wholly before {@code position}, and the checkpoint if it holds
   * nothing from there on.
   */
  public void deleteBefore(long position) {
    files.deleteBefore(WalPosition.segment(position), false);
  }

  /**
   * Begins a checkpoint. When this returns, every record before the checkpoint's first segment has
   * been applied, so what the caller then finds in memory or in its index covers them.
   *
   * @throws IOException if a file cannot be created
   */
  public CheckpointWriter beginCheckpoint() throws IOException {
    return new CheckpointWriter(disk, files, rotate());
  }

  /** Returns the bytes of all segments but the one that is written to. */
  public long closedSegmentBytes() {
    return files.closedBytes();
  }

  /** Returns a position that is not after any record which a replay would hand over. */
  public long oldestReplayable() {
    return files.oldestReplayable();
  }

  public WalStatistics statistics() {
    long queued;
    lock.lock();
    try {
      queued = queuedBytes;
    } finally {
      lock.unlock();
    }
    return counters.snapshot(queued, files);
  }

  /** Writes and applies what is queued, then stops; later appends are refused. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      work.signal();
      room.signalAll();
    } finally {
      lock.unlock();
    }
    if (thread.getState() == Thread.State.NEW) {
      return;
    }
    joinUninterruptibly();
    try {
      writer.closeSegment();
    } catch (IOException e) {
      log.warn("cannot close the current WAL segment in {}: {}", disk, e.toString());
    }
  }

  /**
   * Forgets every record; the log must be closed and everything in it be stored elsewhere. A start
   * after this replays nothing. If the disk fails the records stay, which costs time at the start
   * only.
   */
  public void forgetAll() {
    try {
      writer.beginEmptySegment();
      writer.closeSegment();
      files.deleteBefore(Integer.MAX_VALUE, false);
      disk.force();
    } catch (IOException e) {
      log.warn("cannot clear the WAL in {} at shutdown: {}", disk, e.toString());
    }
  }

  private void joinUninterruptibly() {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private int rotate() throws IOException {
    CompletableFuture<Integer> future;
    lock.lock();
    try {
      if (closing) {
        throw new IOException("the WAL is closed");
      }
      future = rotation == null ? new CompletableFuture<>() : rotation;
      rotation = future;
      work.signal();
    } finally {
      lock.unlock();
    }
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the WAL segment was closed", e);
    } catch (ExecutionException e) {
      throw new IOException("cannot close the WAL segment", e.getCause());
    }
  }

  private void run() {
    List<PendingAppend> group = new ArrayList<>();
    while (take(group)) {
      if (!group.isEmpty()) {
        commit(group);
        release(group);
      }
      rotateIfAsked();
    }
  }

  /** Waits for work; returns false when the log closes and nothing is left to write. */
  private boolean take(List<PendingAppend> group) {
    group.clear();
    lock.lock();
    try {
      while (queue.isEmpty() && rotation == null && !closing) {
        work.awaitUninterruptibly();
      }
      long bytes = 0;
      for (PendingAppend next; (next = queue.peek()) != null; ) {
        bytes += next.recordBytes();
        if (bytes > MAX_GROUP_BYTES && !group.isEmpty()) {
          break;
        }
        group.add(queue.remove());
      }
      return !(group.isEmpty() && rotation == null && closing);
    } finally {
      lock.unlock();
    }
  }

  private void commit(List<PendingAppend> group) {
    try {
      writer.commit(group, minSegmentNow());
    } catch (IOException e) {
      group.forEach(append -> append.fail(e));
      return;
    }
    for (PendingAppend append : group) {
      try {
        append.apply();
      } catch (RuntimeException | Error e) {
        log.error("record {} of the WAL failed in memory", append.position(), e);
        append.fail(e);
      }
    }
    appliedThrough = group.getLast().position();
  }

  private int minSegmentNow() {
    lock.lock();
    try {
      return minSegment;
    } finally {
      lock.unlock();
    }
  }

  private void release(List<PendingAppend> group) {
    lock.lock();
    try {
      for (PendingAppend append : group) {
        queuedBytes -= append.recordBytes();
      }
      room.signalAll();
    } finally {
      lock.unlock();
    }
    group.forEach(PendingAppend::complete);
  }

  private void rotateIfAsked() {
    CompletableFuture<Integer> asked;
    lock.lock();
    try {
      asked = rotation;
      rotation = null;
    } finally {
      lock.unlock();
    }
    if (asked == null) {
      return;
    }
    try {
      asked.complete(writer.rotate());
    } catch (IOException e) {
      asked.completeExceptionally(e);
    }
  }
}
