package io.skald.ingester;

import io.skald.common.pattern.PatternSamples;
import io.skald.storage.chunk.SealedBlock;
import io.skald.storage.pattern.PatternMerge;
import java.util.ArrayList;
import java.util.List;

/**
 * A chunk that is being filled or waits for its flush. Guarded by the lock of its stream, except
 * for the blocks themselves.
 */
final class LiveChunk {
  /** What a block that is not sealed yet is taken to shrink to. */
  private static final int ASSUMED_RATIO = 6;

  /** Of a chunk whose lines have next to nothing in common, the rare patterns are not kept. */
  private static final int MAX_KEPT_PATTERNS = 1000;

  private final long id;
  private final long firstPosition;
  private final long firstAppendNanos;
  private final List<LiveBlock> blocks = new ArrayList<>();
  private long lastPosition;
  private FlushReason reason = FlushReason.FULL;

  LiveChunk(long id, long firstPosition, long firstAppendNanos) {
    this.id = id;
    this.firstPosition = firstPosition;
    this.lastPosition = firstPosition;
    this.firstAppendNanos = firstAppendNanos;
  }

  long id() {
    return id;
  }

  long firstPosition() {
    return firstPosition;
  }

  long lastPosition() {
    return lastPosition;
  }

  void appended(long position) {
    lastPosition = Math.max(lastPosition, position);
  }

  long firstAppendNanos() {
    return firstAppendNanos;
  }

  List<LiveBlock> blocks() {
    return blocks;
  }

  FlushReason reason() {
    return reason;
  }

  void closeFor(FlushReason why) {
    reason = why;
  }

  /** Returns the compressed size, estimated for blocks that wait to be sealed. */
  long sizeBytes() {
    long bytes = 0;
    for (LiveBlock block : blocks) {
      bytes += block.isSealed() ? block.sealed().sizeBytes() : block.rawBytes() / ASSUMED_RATIO;
    }
    return bytes;
  }

  /** Returns the memory of the sealed blocks; all must be sealed. */
  long sealedMemoryBytes() {
    return blocks.stream().mapToLong(LiveBlock::memoryBytes).sum();
  }

  /** Returns the patterns of the blocks as they are kept, the most frequent first. */
  List<PatternSamples> patterns() {
    PatternMerge merge = new PatternMerge();
    blocks.forEach(block -> block.patterns().forEach(merge::add));
    List<PatternSamples> all = merge.patterns();
    return all.subList(0, Math.min(all.size(), MAX_KEPT_PATTERNS));
  }

  List<SealedBlock> sealedBlocks() {
    return blocks.stream().map(LiveBlock::sealed).toList();
  }
}
