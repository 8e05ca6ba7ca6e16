package io.skald.logql.engine;

import io.skald.common.block.ReadRoom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * Counts what a query holds, across its threads, and refuses what exceeds its limit or that of all
 * queries. Of the memory of all it takes slabs, so that it is asked seldom.
 */
final class MemoryBudget implements AutoCloseable {
  static final String ADVICE =
      "; reduce the time range, increase the step, add label matchers or filters, or aggregate with"
          + " functions like sum() or count()";

  private static final long SLAB_BYTES = 256 << 10;

  private final long limitBytes;
  private final QueryMemory memory;
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();

  /** What was taken of the memory of all; written under this. */
  private volatile long slabBytes;

  private boolean closed; // guarded by this

  MemoryBudget(long limitBytes) {
    this(limitBytes, QueryMemory.unbounded());
  }

  MemoryBudget(long limitBytes, QueryMemory memory) {
    this.limitBytes = limitBytes;
    this.memory = memory;
  }

  /**
   * Accounts for memory that is about to be allocated.
   *
   * @throws QueryException with status 400 if the query would hold more than it may, 503 if all
   *     queries would; nothing is taken then
   */
  void take(long bytes) {
    take(bytes, false);
  }

  private void take(long bytes, boolean forEntries) {
    long held = heldBytes.addAndGet(bytes);
    try {
      if (held > limitBytes) {
        throw new QueryException(
            400,
            "the query needs more than "
                + limitBytes
                + " bytes of memory (querier.max_query_memory)"
                + ADVICE);
      }
      if (held > slabBytes) {
        takeSlabs(forEntries);
      }
    } catch (RuntimeException e) {
      heldBytes.addAndGet(-bytes);
      throw e;
    }
    if (held > peakBytes.get()) {
      peakBytes.accumulateAndGet(held, Math::max);
    }
  }

  private synchronized void takeSlabs(boolean forEntries) {
    if (closed) {
      throw new IllegalStateException("the query has ended");
    }
    long missing = heldBytes.get() - slabBytes;
    if (missing > 0) {
      long more = Math.ceilDiv(missing, SLAB_BYTES) * SLAB_BYTES;
      memory.take(more, slabBytes, forEntries);
      slabBytes += more;
    }
  }

  /** Gives slabs back that are not used. */
  private synchronized void releaseSlabs() {
    long spare = Math.floorDiv(slabBytes - heldBytes.get(), SLAB_BYTES) * SLAB_BYTES;
    if (spare > 0) {
      slabBytes -= spare;
      memory.release(spare);
    }
  }

  /**
   * Has entries selected.
   *
   * @param patient whether to wait for other queries where there is no room for them
   * @param source may take room; what it takes is held from then on
   * @throws EntriesTooLargeException if there is too little room for them at a time
   * @throws QueryException if others have it
   * @throws QueryCancelledException if {@code cancellation} ended the wait for it
   */
  <T> T fetch(
      QueryThreads threads,
      Cancellation cancellation,
      boolean patient,
      Function<EntryRoom, T> source) {
    EntryRoom room = new EntryRoom(threads, cancellation);
    try {
      return room.fill(source);
    } catch (MemoryFullException e) {
      if (!patient) {
        throw e;
      }
      return fetchAgain(threads, cancellation, room, source, e);
    }
  }

  private <T> T fetchAgain(
      QueryThreads threads,
      Cancellation cancellation,
      EntryRoom first,
      Function<EntryRoom, T> source,
      MemoryFullException full) {
    EntryRoom room = first;
    while (true) {
      long wanted = room.wantedBytes.get();
      boolean[] begun = new boolean[1];
      threads.whileWaiting(() -> begun[0] = memory.beginRetry(slabBytes, wanted, cancellation));
      if (!begun[0]) {
        cancellation.check();
        throw full;
      }
      try {
        room = new EntryRoom(threads, cancellation);
        return room.fill(source);
      } catch (MemoryFullException _) {
        // Somebody else was faster.
      } finally {
        memory.endRetry();
      }
    }
  }

  /** The room for the entries of one selection. */
  final class EntryRoom implements ReadRoom {
    private final QueryThreads threads;
    private final Cancellation cancellation;
    private final AtomicLong takenBytes = new AtomicLong();

    /** The most that it took at a time, or would have taken. */
    private final AtomicLong wantedBytes = new AtomicLong();

    private long earliestNanos = Long.MAX_VALUE; // guarded by this
    private long latestNanos = Long.MIN_VALUE; // guarded by this

    private EntryRoom(QueryThreads threads, Cancellation cancellation) {
      this.threads = threads;
      this.cancellation = cancellation;
    }

    private <T> T fill(Function<EntryRoom, T> source) {
      boolean filled = false;
      try {
        T found = source.apply(this);
        filled = true;
        return found;
      } finally {
        if (!filled) {
          releaseTo(0);
          releaseSlabs();
        }
      }
    }

    @Override
    public void take(long bytes) {
      wantedBytes.accumulateAndGet(takenBytes.get() + bytes, Math::max);
      try {
        MemoryBudget.this.take(bytes, true);
      } catch (MemoryFullException e) {
        throw e;
      } catch (QueryException e) {
        throw tooLarge(e);
      }
      takenBytes.addAndGet(bytes);
    }

    private synchronized EntriesTooLargeException tooLarge(QueryException why) {
      return new EntriesTooLargeException(why, earliestNanos, latestNanos);
    }

    @Override
    public synchronized void entriesBetween(long fromNanos, long throughNanos) {
      earliestNanos = Math.min(earliestNanos, fromNanos);
      latestNanos = Math.max(latestNanos, throughNanos);
    }

    @Override
    public void release(long bytes) {
      takenBytes.addAndGet(-bytes);
      MemoryBudget.this.release(bytes);
    }

    /** Gives back all but {@code bytes}. */
    void releaseTo(long bytes) {
      MemoryBudget.this.release(takenBytes.getAndSet(bytes) - bytes);
    }

    @Override
    public void check() {
      cancellation.check();
    }

    @Override
    public void whileWaiting(Runnable wait) {
      threads.whileWaiting(wait);
    }
  }

  /** Returns the most that was accounted for at a time. */
  long peak() {
    return peakBytes.get();
  }

  /** Returns what is accounted for. */
  long held() {
    return heldBytes.get();
  }

  /** Gives back all but {@code bytes}; no other thread may be working for the query. */
  void releaseTo(long bytes) {
    release(heldBytes.get() - bytes);
  }

  /** Takes back what {@link #take} accounted for. */
  void release(long bytes) {
    long held = heldBytes.addAndGet(-bytes);
    if (slabBytes - held >= 3 * SLAB_BYTES) {
      releaseSlabs();
    }
  }

  /** Gives everything back; nothing can be taken any more. */
  @Override
  public synchronized void close() {
    closed = true;
    memory.release(slabBytes);
    slabBytes = 0;
  }
}
