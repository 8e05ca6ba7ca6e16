package io.skald.storage.chunk;

import io.skald.common.block.BlockView;
import java.util.List;

/**
 * Turns the columns of a block into their stored form. Owns compression contexts and buffers:
 * confined to one thread, to be closed.
 */
public final class BlockSealer implements AutoCloseable {
  /** The fastest level: what makes blocks small is the split of the lines, not the effort. */
  public static final int DEFAULT_LEVEL = 1;

  private final Zstandard zstd;
  private final Zstandard numbersZstd;
  private final ColumnDecoder decoder;
  private final TimestampColumn timestamps;
  private final MetadataColumn metadata;
  private final LengthColumn lengths;
  private final LineColumn lines;

  /** Seals with {@link #DEFAULT_LEVEL}. */
  public BlockSealer(ColumnDecoder decoder) {
    this(DEFAULT_LEVEL, decoder);
  }

  /**
   * @param level of zstd, 1 (fast) to 19 (small)
   * @param decoder for the views of the sealed blocks, shared; stays open
   */
  public BlockSealer(int level, ColumnDecoder decoder) {
    if (level < 1 || level > 19) {
      throw new IllegalArgumentException("zstd level must be 1 to 19: " + level);
    }
    this.zstd = new Zstandard(level);
    this.numbersZstd = Zstandard.forNumbers(level);
    this.decoder = decoder;
    this.timestamps = new TimestampColumn(zstd);
    this.metadata = new MetadataColumn(zstd);
    this.lengths = new LengthColumn(zstd);
    this.lines = new LineColumn(zstd, numbersZstd);
  }

  /**
   * Seals one block.
   *
   * @param block sorted by time, free of duplicates; read completely before this returns
   * @throws IllegalArgumentException if the timestamps do not ascend, or the block has no entry,
   *     more than {@link BlockLayout#MAX_ENTRIES} or more than {@link BlockLayout#MAX_LINE_BYTES},
   *     or its metadata takes more than 256 MiB
   */
  public SealedBlock seal(BlockView block) {
    int size = block.size();
    long[] times = block.timestamps();
    int[] offsets = block.lineOffsets();
    byte[] bytes = block.lines();
    BlockLayout layout = layout(size, times, offsets, block.metadataBytes());
    return new SealedBlock(
        layout,
        List.of(
            timestamps.encode(times, size),
            metadata.encode(block.metadataIds(), block.metadata(), size),
            SkipFilter.encode(bytes, offsets, size, zstd),
            lengths.encode(offsets, size),
            lines.encode(bytes, offsets, size)),
        decoder);
  }

  private static BlockLayout layout(int size, long[] times, int[] offsets, long metadataBytes) {
    if (size < 1 || size > BlockLayout.MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "a block has 1 to " + BlockLayout.MAX_ENTRIES + " entries: " + size);
    }
    int lineBytes = offsets[size] - offsets[0];
    if (lineBytes < 0 || lineBytes > BlockLayout.MAX_LINE_BYTES) {
      throw new IllegalArgumentException(
          "a block has at most " + BlockLayout.MAX_LINE_BYTES + " line bytes: " + lineBytes);
    }
    for (int i = 1; i < size; i++) {
      if (times[i - 1] > times[i]) {
        throw new IllegalArgumentException("timestamps do not ascend at entry " + i);
      }
    }
    return new BlockLayout(size, lineBytes, metadataBytes, times[0], times[size - 1]);
  }

  @Override
  public void close() {
    numbersZstd.close();
    zstd.close();
  }
}
