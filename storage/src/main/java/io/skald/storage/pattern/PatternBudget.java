package io.skald.storage.pattern;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The memory that the patterns of all streams share, and what mining has done. Thread-safe. */
public final class PatternBudget {
  private final long maxBytes;
  private final AtomicLong used = new AtomicLong();
  private final LongAdder clusters = new LongAdder();
  private final LongAdder evictions = new LongAdder();
  private final LongAdder minedLines = new LongAdder();
  private final LongAdder skippedLines = new LongAdder();

  public PatternBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes memory for one more pattern, unless there is none left. */
  boolean take(long bytes) {
    if (used.addAndGet(bytes) > maxBytes) {
      used.addAndGet(-bytes);
      return false;
    }
    clusters.increment();
    return true;
  }

  /** Gives back the memory of {@code count} patterns. */
  void giveBack(int count, long bytes) {
    used.addAndGet(-bytes);
    clusters.add(-count);
  }

  void evicted() {
    evictions.increment();
  }

  void mined(long lines, long skipped) {
    minedLines.add(lines);
    skippedLines.add(skipped);
  }

  /** Returns the bytes that patterns take now. */
  public long usedBytes() {
    return used.get();
  }

  /** Returns how many patterns the streams in memory distinguish. */
  public long clusters() {
    return clusters.sum();
  }

  /** Returns how many patterns have made room for others. */
  public long evictions() {
    return evictions.sum();
  }

  /** Returns how many lines were given a pattern. */
  public long minedLines() {
    return minedLines.sum();
  }

  /** Returns how many lines were given none: limits were reached. */
  public long skippedLines() {
    return skippedLines.sum();
  }
}
