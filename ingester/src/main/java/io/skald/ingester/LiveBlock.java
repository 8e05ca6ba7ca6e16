package io.skald.ingester;

import io.skald.common.block.BlockView;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.SealedBlock;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A block that was cut: its columns until it is sealed, its sealed form from then on. Thread-safe.
 */
final class LiveBlock {
  /** What a sealed block takes beside its bytes: objects and array headers. */
  private static final long SEALED_OVERHEAD_BYTES = 512;

  private final long minTimestamp;
  private final long maxTimestamp;
  private final long rawBytes;
  private final CompletableFuture<SealedBlock> sealed = new CompletableFuture<>();

  /** Null once sealed. Volatile: read without a lock, and then {@link #sealed} is complete. */
  private volatile Head.@Nullable Snapshot raw;

  /** Takes over a head that nothing will be appended to. */
  LiveBlock(Head head) {
    this.minTimestamp = head.minTimestamp();
    this.maxTimestamp = head.maxTimestamp();
    this.rawBytes = head.memoryBytes();
    this.raw = head.frozen();
  }

  /** Takes over a block that was sealed in an earlier life of the process. */
  LiveBlock(SealedBlock restored) {
    this.minTimestamp = restored.minTimestamp();
    this.maxTimestamp = restored.maxTimestamp();
    this.rawBytes = 0;
    sealed.complete(restored);
  }

  static long memoryBytes(SealedBlock block) {
    return block.sizeBytes() + SEALED_OVERHEAD_BYTES;
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
    sealed.complete(sealer.seal(columns.view()));
    raw = null;
    return true;
  }
}
