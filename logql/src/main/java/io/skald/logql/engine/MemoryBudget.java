package io.skald.logql.engine;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what a query holds, across its threads, and refuses what exceeds the limit. */
final class MemoryBudget {
  private final long limitBytes;
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong peakBytes = new AtomicLong();

  MemoryBudget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /**
   * Accounts for memory that is about to be allocated.
   *
   * @throws QueryException with status 400 if the query would hold more than it may
   */
  void take(long bytes) {
    long held = heldBytes.addAndGet(bytes);
    if (held > peakBytes.get()) {
      peakBytes.accumulateAndGet(held, Math::max);
    }
    if (held > limitBytes) {
      throw new QueryException(
          400,
          "the query needs more than "
              + limitBytes
              + " bytes of memory (querier.max_query_memory);"
              + " reduce the time range, increase the step, add label matchers or filters, or"
              + " aggregate with functions like sum() or count()");
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
    heldBytes.set(bytes);
  }

  /** Takes back what {@link #take} accounted for. */
  void release(long bytes) {
    heldBytes.addAndGet(-bytes);
  }
}
