package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import java.util.List;
import java.util.function.Supplier;

/**
 * A part of a stream and how much it holds: a stored chunk, or a block in memory. The figures come
 * from the index; blocks are opened only where a range ends inside the part.
 *
 * @param chunkId of the chunk that it is, or belongs to
 * @param minNanos first timestamp
 * @param maxNanos last timestamp, inclusive
 * @param bytes of lines and structured metadata, as volumes count them
 */
public record StreamPart(
    Labels labels,
    long chunkId,
    long minNanos,
    long maxNanos,
    long entries,
    long bytes,
    Supplier<List<BlockView>> blocks) {
  /** Entries and their bytes. */
  public record Amount(long entries, long bytes) {
    static final Amount NONE = new Amount(0, 0);

    Amount plus(Amount other) {
      return new Amount(entries + other.entries, bytes + other.bytes);
    }
  }

  /**
   * What of a part lies in a range.
   *
   * @param fromNanos inclusive
   * @param throughNanos inclusive
   */
  public record Span(StreamPart part, long fromNanos, long throughNanos) {
    /** Returns whether the whole part lies in it, so that its size is known without opening it. */
    public boolean isWhole() {
      return fromNanos <= part.minNanos && throughNanos >= part.maxNanos;
    }

    /** Returns the bytes of the whole part. */
    public long atMost() {
      return part.bytes;
    }

    /** Returns the bytes that lie in the range; opens blocks unless it is whole. */
    public long bytes() {
      return part.between(fromNanos, throughNanos).bytes();
    }
  }

  /** Returns what lies between the times, both inclusive. */
  public Amount between(long fromNanos, long throughNanos) {
    if (fromNanos > maxNanos || throughNanos < minNanos) {
      return Amount.NONE;
    }
    if (fromNanos <= minNanos && throughNanos >= maxNanos) {
      return new Amount(entries, bytes);
    }
    Amount sum = Amount.NONE;
    for (BlockView block : blocks.get()) {
      sum = sum.plus(inBlock(block, fromNanos, throughNanos));
    }
    return sum;
  }

  private static Amount inBlock(BlockView block, long fromNanos, long throughNanos) {
    if (fromNanos > block.maxTimestamp() || throughNanos < block.minTimestamp()) {
      return Amount.NONE;
    }
    if (fromNanos <= block.minTimestamp() && throughNanos >= block.maxTimestamp()) {
      return new Amount(block.size(), block.lineBytes() + block.metadataBytes());
    }
    int from = block.lowerBound(fromNanos);
    int to = block.upperBound(throughNanos);
    int[] offsets = block.lineOffsets();
    // Of the metadata a part that is proportional: names and values are shared by its entries.
    long metadata = block.metadataBytes() * (to - from) / block.size();
    return new Amount(to - from, offsets[to] - offsets[from] + metadata);
  }
}
