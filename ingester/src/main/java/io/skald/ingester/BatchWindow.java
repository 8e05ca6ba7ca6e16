package io.skald.ingester;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.common.time.Clock;
import io.skald.storage.wal.BatchFile;
import io.skald.storage.wal.WalDisk;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets every stream of a batch pass once, however often the batch comes, also over the end of the
 * process. Thread-safe.
 *
 * <p>What is remembered must never be more than what is stored: a batch that is taken for stored
 * and is not would be lost. So a key counts once its entries are in memory. After a start it counts
 * if its record was replayed into memory now, or if it is in the file, which holds keys that
 * counted. That the record is in the log is not enough: of records that were refused some turn up
 * in a replay, and one of them whose stream was flushed further is skipped there. Therefore the
 * file is written before a flush or checkpoint makes records be skipped. If it cannot be, a batch
 * may come to be stored twice; queries still take entries that are equal for one.
 */
final class BatchWindow {
  private static final Logger log = LoggerFactory.getLogger(BatchWindow.class);
  private static final int UNAVAILABLE = 503;

  private final SeenBatches seen = new SeenBatches();
  private final BatchFile file;
  private final Clock clock;
  private final long maxWaitNanos;
  private final LongAdder repeatedEntries = new LongAdder();

  private final ReentrantLock turns = new ReentrantLock();
  private final Condition ended = turns.newCondition();

  /** Guarded by turns. */
  private final Set<Owned> underWay = new HashSet<>();

  private long savedChanges; // of the flushing thread, as failing is
  private boolean failing;

  private record Owned(TenantId tenant, BatchKey key) {}

  /** The right to store a batch, which one push has at a time. */
  final class Turn implements AutoCloseable {
    private final Owned batch;
    private final Set<Fingerprint> stored;

    private Turn(Owned batch, Set<Fingerprint> stored) {
      this.batch = batch;
      this.stored = stored;
    }

    /** Returns those of the streams that are not stored yet. */
    List<StreamBatch> missing(List<StreamBatch> batches) {
      if (stored.isEmpty()) {
        return batches;
      }
      return batches.stream()
          .filter(stream -> {
            boolean repeated = stored.contains(stream.fingerprint());
            if (repeated) {
              repeatedEntries.add(stream.entries().size());
            }
            return !repeated;
          })
          .toList();
    }

    @Override
    public void close() {
      turns.lock();
      try {
        underWay.remove(batch);
        ended.signalAll();
      } finally {
        turns.unlock();
      }
    }
  }

  /**
   * @param disk of the log; holds the file
   * @param maxWait how long a push waits for another one with its key
   */
  BatchWindow(WalDisk disk, Duration maxWait, Clock clock) {
    this.file = new BatchFile(disk);
    this.maxWaitNanos = maxWait.toNanos();
    this.clock = clock;
  }

  /** Takes up what the file holds; before the log is replayed. */
  void load() throws IOException {
    file.read()
        .forEach(
            batch -> seen.add(batch.tenant(), batch.key(), batch.streams(), batch.seenNanos()));
    savedChanges = seen.changes();
  }

  /**
   * Waits until no other push has the key.
   *
   * @throws IngestUnavailableException if that takes too long
   */
  Turn take(TenantId tenant, BatchKey key) {
    Owned batch = new Owned(tenant, key);
    long deadline = clock.monotonicNanos() + maxWaitNanos;
    turns.lock();
    try {
      while (!underWay.add(batch)) {
        long left = deadline - clock.monotonicNanos();
        if (left <= 0) {
          throw new IngestUnavailableException(
              UNAVAILABLE,
              "the batch " + key + " is being stored for an earlier push; send it again later");
        }
        clock.awaitNanos(ended, left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IngestUnavailableException(UNAVAILABLE, "interrupted while waiting", e);
    } finally {
      turns.unlock();
    }
    return new Turn(batch, seen.stored(tenant, key));
  }

  /** Notes streams whose entries are in the log and in memory. */
  void stored(TenantId tenant, BatchKey key, List<Fingerprint> streams) {
    seen.add(tenant, key, streams, clock.nowNanos());
  }

  /** Makes durable what is known; called before records are made to be skipped by a replay. */
  void save() {
    long changes = seen.changes();
    if (changes == savedChanges) {
      return;
    }
    seen.expire(clock.nowNanos());
    try {
      file.write(seen.all());
      savedChanges = changes;
      failing = false;
    } catch (IOException e) {
      if (!failing) {
        log.error(
            "cannot note which batches were stored; one that a client sends again after a restart"
                + " may be stored twice",
            e);
      }
      failing = true;
    }
  }

  /** Saves if the last attempt failed. */
  void saveAgain() {
    if (failing) {
      save();
    }
  }

  /** Returns the entries that were left out, because they were stored already. */
  long repeatedEntries() {
    return repeatedEntries.sum();
  }
}
