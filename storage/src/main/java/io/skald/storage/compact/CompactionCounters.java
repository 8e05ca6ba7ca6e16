package io.skald.storage.compact;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** What a compactor has done since its start. Thread-safe. */
public final class CompactionCounters {
  public final LongAdder runs = new LongAdder();
  public final LongAdder failures = new LongAdder();

  /** Runs that were left out because another compactor has the lease. */
  public final LongAdder passive = new LongAdder();

  public final LongAdder mergedIndexFiles = new LongAdder();
  public final LongAdder writtenIndexFiles = new LongAdder();
  public final LongAdder rewrittenPacks = new LongAdder();
  public final LongAdder writtenPacks = new LongAdder();
  public final LongAdder mergedChunks = new LongAdder();
  public final LongAdder writtenChunks = new LongAdder();

  /** Entries that stood in several chunks. */
  public final LongAdder duplicateEntries = new LongAdder();

  /** Entries that delete requests took out. */
  public final LongAdder removedEntries = new LongAdder();

  /** Chunks that were too old. */
  public final LongAdder expiredChunks = new LongAdder();

  public final LongAdder deletedObjects = new LongAdder();
  public final LongAdder orphans = new LongAdder();
  public final LongAdder busyNanos = new LongAdder();

  /** When the last run ended that failed for no tenant, nanoseconds since 1970; 0 if none did. */
  public final AtomicLong lastSuccessNanos = new AtomicLong();
}
