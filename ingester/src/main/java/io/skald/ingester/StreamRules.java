package io.skald.ingester;

import io.skald.common.model.Labels;
import io.skald.storage.pattern.PatternBudget;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.pattern.PatternMiner;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all streams share: limits in the units they need, chunk ids, where blocks are sealed, and
 * how patterns are mined.
 */
final class StreamRules {
  private static final int ID_RANDOM_BITS = 31;

  /** What ids of one second that come out of order are apart at most. */
  private static final int ID_STEP = 1 << 14;

  private final int chunkBlockSize;
  private final long chunkTargetSize;
  private final long maxChunkAgeNanos;
  private final long chunkIdlePeriodNanos;
  private final long outOfOrderWindowNanos;
  private final PatternConfig patterns;
  private final PatternBudget patternBudget;
  private final RandomGenerator random;
  private final Consumer<LiveBlock> sealing;

  private long lastChunkId; // guarded by this

  /**
   * @param random used under a lock
   * @param sealing takes every block that is cut; must return at once
   */
  StreamRules(
      IngesterConfig config,
      PatternConfig patterns,
      PatternBudget patternBudget,
      RandomGenerator random,
      Consumer<LiveBlock> sealing) {
    this.chunkBlockSize = (int) config.chunkBlockSize();
    this.chunkTargetSize = config.chunkTargetSize();
    this.maxChunkAgeNanos = config.maxChunkAge().toNanos();
    this.chunkIdlePeriodNanos = config.chunkIdlePeriod().toNanos();
    this.outOfOrderWindowNanos = config.outOfOrderWindow().toNanos();
    this.patterns = patterns;
    this.patternBudget = patternBudget;
    this.random = random;
    this.sealing = sealing;
  }

  int chunkBlockSize() {
    return chunkBlockSize;
  }

  long chunkTargetSize() {
    return chunkTargetSize;
  }

  long maxChunkAgeNanos() {
    return maxChunkAgeNanos;
  }

  long chunkIdlePeriodNanos() {
    return chunkIdlePeriodNanos;
  }

  long outOfOrderWindowNanos() {
    return outOfOrderWindowNanos;
  }

  /** Returns what mines the patterns of a stream, or null if nobody wants them. */
  @Nullable PatternMiner newMiner(Labels stream) {
    return patterns.enabled() ? new PatternMiner(patterns, patternBudget, stream) : null;
  }

  void seal(LiveBlock block) {
    sealing.accept(block);
  }

  /**
   * Returns an id that no other chunk of a stream has, above those given out before: ids tell the
   * order in which the chunks of a stream were begun, also to readers of the store. The second in
   * the upper bits keeps that order over restarts, the random lower bits keep replicas apart; 0 is
   * never one.
   */
  synchronized long newChunkId(long nowNanos) {
    long seconds = nowNanos / 1_000_000_000;
    long drawn = seconds << ID_RANDOM_BITS | random.nextLong() >>> Long.SIZE - ID_RANDOM_BITS;
    lastChunkId = Math.max(drawn, lastChunkId + 1 + random.nextInt(ID_STEP));
    return lastChunkId;
  }
}
