package io.skald.ingester;

import io.skald.common.block.BlockView;
import io.skald.common.block.HeldBlock;
import io.skald.common.pattern.PatternSamples;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.SealedBlock;
import io.skald.storage.pattern.MinedPatterns;
import io.skald.storage.pattern.PatternMiner;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A block that was cut: its columns until it is sealed, its sealed form from then on. Thread-safe.
 */
final class LiveBlock {
  private static final Logger log = LoggerFactory.getLogger(LiveBlock.class);

  private final long minTimestamp;
  private final long maxTimestamp;
  private final long rawBytes;
  private final @Nullable PatternMiner miner;
  private final CompletableFuture<SealedBlock> sealed = new CompletableFuture<>();

  /** Null once sealed. Volatile: read without a lock, and then {@link #sealed} is complete. */
  private volatile Head.@Nullable Snapshot raw;

  /** Set before {@link #raw} is cleared, unless the block was sealed in an earlier life. */
  private volatile @Nullable MinedPatterns patterns;

  /**
   * Takes over a head that nothing will be appended to.
   *
   * @param miner that of the stream; null if patterns are not wanted
   */
  LiveBlock(Head head, @Nullable PatternMiner miner) {
    this.miner = miner;
    this.minTimestamp = head.minTimestamp();
    this.maxTimestamp = head.maxTimestamp();
    this.rawBytes = head.memoryBytes();
    this.raw = head.frozen();
  }

  /** Takes over a block that was sealed in an earlier life of the process. */
  LiveBlock(SealedBlock restored, @Nullable PatternMiner miner) {
    this.miner = miner;
    this.minTimestamp = restored.minTimestamp();
    this.maxTimestamp = restored.maxTimestamp();
    this.rawBytes = 0;
    sealed.complete(restored);
  }

  /** Returns the memory of the sealed form, which must be there, and of the patterns. */
  long memoryBytes() {
    MinedPatterns mined = patterns;
    return sealed().sizeBytes()
        + HeldBlock.OVERHEAD_BYTES
        + (mined == null ? 0 : mined.memoryBytes());
  }

  boolean overlaps(long fromNanos, long throughNanos) {
    return minTimestamp <= throughNanos && maxTimestamp >= fromNanos;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }

  /** Returns the bytes of the columns before sealing. */
  long rawBytes() {
    return rawBytes;
  }

  /** Returns a view for one query. */
  BlockView view() {
    Head.Snapshot columns = raw;
    return columns == null ? sealed.join().view() : columns.view();
  }

  /** Returns the columns, or null if the block is sealed. */
  Head.@Nullable Snapshot raw() {
    return raw;
  }

  boolean isSealed() {
    return raw == null;
  }

  /** Returns the sealed form, which must be there. */
  SealedBlock sealed() {
    return sealed.join();
  }

  /**
   * Compresses the block.
   *
   * @return false if that was done already
   */
  synchronized boolean seal(BlockSealer sealer) {
    Head.Snapshot columns = raw;
    if (columns == null) {
      return false;
    }
    BlockView view = columns.view();
    sealed.complete(sealer.seal(view));
    patterns = mine(view);
    raw = null;
    return true;
  }

  /** A block must get to storage whatever becomes of its patterns. */
  private @Nullable MinedPatterns mine(BlockView view) {
    try {
      return miner == null ? null : miner.mine(view);
    } catch (RuntimeException e) {
      log.error("a block has no patterns", e);
      return null;
    }
  }

  /** Returns the patterns, mined now if the block is not sealed or was so in an earlier life. */
  List<PatternSamples> patterns() {
    MinedPatterns mined = patterns;
    if (mined == null) {
      mined = mine(view());
    }
    return mined == null ? List.of() : mined.samples();
  }
}
