package io.skald.logql.engine;

import io.skald.common.block.ReadRoom;
import io.skald.common.time.Clock;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What the queries of a process hold together. One that finds no room while its entries are sent
 * gives back what it has of them and begins again when others have ended; one that finds none later
 * fails. Thread-safe.
 */
public final class QueryMemory {
  /** Entries may fill so much of it; the rest is for what queries make of them. */
  private static final int SOURCES_PERCENT = 70;

  /** A query that holds less than this part is not refused for what others hold. */
  private static final int LITTLE_PART = 32;

  /** How long a wait lasts before it is asked whether the query goes on. */
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final long limitBytes;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long heldBytes; // guarded by lock

  /** What those hold that wait for others to give back; guarded by lock. */
  private long stuckBytes;

  /** Whether one of those that found no room tries again; guarded by lock. */
  private boolean retrying;

  /**
   * @param limitBytes about what all of them may hold
   */
  public QueryMemory(long limitBytes, Clock clock) {
    this.limitBytes = limitBytes;
    this.clock = clock;
  }

  /** Returns one without a limit. */
  public static QueryMemory unbounded() {
    return new QueryMemory(Long.MAX_VALUE / 100, Clock.system());
  }

  public long limitBytes() {
    return limitBytes;
  }

  /** Returns what is held now. */
  public long heldBytes() {
    lock.lock();
    try {
      return heldBytes;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads entries beside queries.
   *
   * @param patient whether to wait for queries, which does not do for pieces
   * @param read gets room until it returns; called again if there was none for a while
   * @throws QueryException if there is no room
   * @throws QueryCancelledException if {@code cancellation} ended the wait for it
   */
  public <T> T read(
      QueryThreads threads,
      Cancellation cancellation,
      boolean patient,
      Function<ReadRoom, T> read) {
    try (MemoryBudget budget = new MemoryBudget(limitBytes, this)) {
      return budget.fetch(threads, cancellation.pausing(threads::pause), patient, read::apply);
    }
  }

  /** Reads entries of a range of time, both ends inclusive. */
  @FunctionalInterface
  public interface RangeReader {
    void read(long fromNanos, long throughNanos, ReadRoom room);
  }

  /**
   * Reads entries beside queries, one range of time after the other if they do not fit into memory
   * at a time.
   *
   * @param reader gets room until it returns, and must do nothing before it has the entries; called
   *     for parts of the range, which together are all of it
   * @throws QueryException and the others as {@link #read(QueryThreads, Cancellation, boolean,
   *     Function)}
   */
  public void read(
      QueryThreads threads,
      Cancellation cancellation,
      long fromNanos,
      long throughNanos,
      RangeReader reader) {
    long cut;
    try {
      read(
          threads,
          cancellation,
          true,
          room -> {
            reader.read(fromNanos, throughNanos, room);
            return room;
          });
      return;
    } catch (EntriesTooLargeException e) {
      cut = e.cut(fromNanos, throughNanos);
    }
    read(threads, cancellation, fromNanos, cut, reader);
    read(threads, cancellation, cut + 1, throughNanos, reader);
  }

  /**
   * Takes memory for a query.
   *
   * @param ownBytes what the query has taken before
   * @param forEntries whether entries are to fill it
   * @throws QueryException if the query alone would need too much
   * @throws MemoryFullException if others hold too much
   */
  void take(long bytes, long ownBytes, boolean forEntries) {
    long limit = forEntries ? entriesLimit() : limitBytes;
    lock.lock();
    try {
      if (ownBytes + bytes > limit) {
        throw new QueryException(
            400,
            "the query needs more than "
                + limit
                + " bytes of memory, and all queries of a process together may hold "
                + limitBytes
                + " (querier.max_total_query_memory)"
                + MemoryBudget.ADVICE);
      }
      if (heldBytes + bytes > limit && ownBytes + bytes > limitBytes / LITTLE_PART) {
        throw new MemoryFullException(heldBytes - ownBytes, limitBytes);
      }
      heldBytes += bytes;
    } finally {
      lock.unlock();
    }
  }

  private long entriesLimit() {
    return limitBytes / 100 * SOURCES_PERCENT;
  }

  void release(long bytes) {
    lock.lock();
    try {
      heldBytes -= bytes;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until a query that found no room for entries may try again, one at a time; {@link
   * #endRetry} must follow.
   *
   * @param ownBytes what it holds beside them
   * @param wantedBytes what it needs for them, at least
   * @return false if all others that hold something wait as well, {@code cancellation} says so, or
   *     the thread is interrupted
   */
  boolean beginRetry(long ownBytes, long wantedBytes, Cancellation cancellation) {
    long limit = entriesLimit();
    lock.lock();
    stuckBytes += ownBytes;
    try {
      while (retrying || (heldBytes > ownBytes && heldBytes + wantedBytes > limit)) {
        if (cancellation.isCancelled() || (!retrying && heldBytes <= stuckBytes)) {
          return false;
        }
        clock.awaitNanos(changed, LOOK_NANOS);
      }
      retrying = true;
      return true;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      stuckBytes -= ownBytes;
      lock.unlock();
    }
  }

  void endRetry() {
    lock.lock();
    try {
      retrying = false;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
