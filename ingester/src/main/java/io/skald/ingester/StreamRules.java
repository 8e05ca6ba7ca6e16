package io.skald.ingester;

import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * What all streams share: limits in the units they need, chunk ids, and where blocks are sealed.
 */
final class StreamRules {
  private final int chunkBlockSize;
  private final long chunkTargetSize;
  private final long maxChunkAgeNanos;
  private final long chunkIdlePeriodNanos;
  private final long outOfOrderWindowNanos;
  private final RandomGenerator random;
  private final Consumer<LiveBlock> sealing;

  /**
   * @param random used under a lock
   * @param sealing takes every block that is cut; must return at once
   */
  StreamRules(IngesterConfig config, RandomGenerator random, Consumer<LiveBlock> sealing) {
    this.chunkBlockSize = (int) config.chunkBlockSize();
    this.chunkTargetSize = config.chunkTargetSize();
    this.maxChunkAgeNanos = config.maxChunkAge().toNanos();
    this.chunkIdlePeriodNanos = config.chunkIdlePeriod().toNanos();
    this.outOfOrderWindowNanos = config.outOfOrderWindow().toNanos();
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

  void seal(LiveBlock block) {
    sealing.accept(block);
  }

  /** Returns an id that no other chunk has; 0 is never one. */
  synchronized long newChunkId() {
    long id;
    do {
      id = random.nextLong();
    } while (id == 0);
    return id;
  }
}
