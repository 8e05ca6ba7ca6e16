package io.skald.ingester;

import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Counts the memory of unflushed data and makes pushes wait at the bound. Thread-safe.
 *
 * <p>Pushes reserve their bytes before the log and give them back after they were counted as part
 * of a head. The bound is soft by the pushes that were let in together; a push larger than the
 * bound is let in alone.
 */
final class MemoryAccount {
  /** The share of the bound at which a flush is asked for, in percent. */
  private static final int FLUSH_PERCENT = 70;

  /** The share that a flush for memory leaves, in percent. */
  private static final int TARGET_PERCENT = 40;

  /** The share that blocks may take that wait to be sealed, in percent. */
  private static final int UNSEALED_PERCENT = 25;

  private final long maxBytes;
  private final Duration maxWait;
  private final Runnable flushWanted;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  // Guarded by lock.
  private long unflushed;
  private long unsealed;
  private long reserved;
  private long refusals;
  private @Nullable String flushFailure;
  private boolean asked;

  /**
   * @param flushWanted called, under no lock, when memory gets short; must return at once
   */
  MemoryAccount(long maxBytes, Duration maxWait, Runnable flushWanted, Clock clock) {
    this.maxBytes = maxBytes;
    this.maxWait = maxWait;
    this.flushWanted = flushWanted;
    this.clock = clock;
  }

  /**
   * Lets a push in, or makes it wait.
   *
   * @throws IngestUnavailableException if there was no room in time
   */
  void reserve(long bytes) {
    boolean ask;
    lock.lock();
    try {
      long waitNanos = maxWait.toNanos();
      while (isFull()) {
        if (waitNanos <= 0) {
          refusals++;
          throw refusal();
        }
        waitNanos = clock.awaitNanos(room, waitNanos);
      }
      reserved += bytes;
      ask = isShort();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IngestUnavailableException(503, "interrupted while waiting for memory", e);
    } finally {
      lock.unlock();
    }
    if (ask) {
      flushWanted.run();
    }
  }

  /** Returns once fewer bytes wait to be sealed; for replay, which has nobody to refuse. */
  void awaitSealing() {
    lock.lock();
    try {
      while (unsealed > share(UNSEALED_PERCENT)) {
        room.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }

  void release(long bytes) {
    change(0, 0, -bytes);
  }

  /** Counts how much heads and blocks grew or, if negative, shrank. */
  void unflushedChanged(long bytes) {
    change(bytes, 0, 0);
  }

  /** Counts a block that waits to be sealed; its bytes are part of the unflushed already. */
  void sealQueued(long rawBytes) {
    change(0, rawBytes, 0);
  }

  void sealed(long rawBytes, long sealedBytes) {
    change(sealedBytes - rawBytes, -rawBytes, 0);
  }

  /** Remembers why flushing fails, for those who are refused; null when it works. */
  void flushFailing(@Nullable String why) {
    lock.lock();
    try {
      flushFailure = why;
    } finally {
      lock.unlock();
    }
  }

  /** Lets the next push that finds memory short ask for a flush again. */
  void flushed() {
    lock.lock();
    try {
      asked = false;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many bytes should be flushed now to have room again; 0 if there is room. */
  long excessBytes() {
    lock.lock();
    try {
      return unflushed > share(FLUSH_PERCENT) ? unflushed - share(TARGET_PERCENT) : 0;
    } finally {
      lock.unlock();
    }
  }

  long unflushedBytes() {
    lock.lock();
    try {
      return unflushed;
    } finally {
      lock.unlock();
    }
  }

  long unsealedBytes() {
    lock.lock();
    try {
      return unsealed;
    } finally {
      lock.unlock();
    }
  }

  long refusals() {
    lock.lock();
    try {
      return refusals;
    } finally {
      lock.unlock();
    }
  }

  private void change(long unflushedDelta, long unsealedDelta, long reservedDelta) {
    lock.lock();
    try {
      unflushed += unflushedDelta;
      unsealed += unsealedDelta;
      reserved += reservedDelta;
      if (unflushedDelta < 0 || unsealedDelta < 0 || reservedDelta < 0) {
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isFull() {
    return unflushed + reserved >= maxBytes || unsealed > share(UNSEALED_PERCENT);
  }

  private boolean isShort() {
    if (asked || unflushed <= share(FLUSH_PERCENT)) {
      return false;
    }
    asked = true;
    return true;
  }

  private long share(int percent) {
    return maxBytes / 100 * percent;
  }

  private IngestUnavailableException refusal() {
    String state =
        "ingester.max_unflushed_bytes ("
            + maxBytes
            + ") is reached: "
            + (unflushed + reserved)
            + " bytes are not in object storage yet";
    return flushFailure == null
        ? new IngestUnavailableException(429, state + "; push less or raise the limit")
        : new IngestUnavailableException(
            503, state + ", because they cannot be written there: " + flushFailure);
  }
}
