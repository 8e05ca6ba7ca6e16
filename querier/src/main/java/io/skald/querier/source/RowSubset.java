package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import org.jspecify.annotations.Nullable;

/**
 * A block without some of its rows. Columns are compacted when they are first asked for, so that a
 * query that reads only timestamps costs no lines.
 */
final class RowSubset implements BlockView {
  private final BlockView block;

  /** Ascending row numbers in {@code block}; at least one. */
  private final int[] rows;

  private final long lineBytes;

  // Computed at most a few times by racing readers, with equal results; published safely as final
  // content through volatile.
  private volatile long @Nullable [] timestamps;
  private volatile @Nullable Lines lines;

  private record Lines(int[] offsets, byte[] bytes) {}

  RowSubset(BlockView block, int[] rows) {
    this.block = block;
    this.rows = rows;
    int[] offsets = block.lineOffsets();
    long sum = 0;
    for (int row : rows) {
      sum += offsets[row + 1] - offsets[row];
    }
    this.lineBytes = sum;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public long minTimestamp() {
    return timestamps()[0];
  }

  @Override
  public long maxTimestamp() {
    return timestamps()[rows.length - 1];
  }

  @Override
  public long lineBytes() {
    return lineBytes;
  }

  @Override
  public long[] timestamps() {
    long[] result = timestamps;
    if (result == null) {
      long[] all = block.timestamps();
      result = new long[rows.length];
      for (int i = 0; i < rows.length; i++) {
        result[i] = all[rows[i]];
      }
      timestamps = result;
    }
    return result;
  }

  @Override
  public int[] lineOffsets() {
    return compacted().offsets();
  }

  @Override
  public byte[] lines() {
    return compacted().bytes();
  }

  private Lines compacted() {
    Lines result = lines;
    if (result == null) {
      int[] from = block.lineOffsets();
      byte[] bytes = block.lines();
      int[] offsets = new int[rows.length + 1];
      byte[] kept = new byte[Math.toIntExact(lineBytes)];
      for (int i = 0; i < rows.length; i++) {
        int length = from[rows[i] + 1] - from[rows[i]];
        System.arraycopy(bytes, from[rows[i]], kept, offsets[i], length);
        offsets[i + 1] = offsets[i] + length;
      }
      result = new Lines(offsets, kept);
      lines = result;
    }
    return result;
  }

  @Override
  public int[] metadataIds() {
    int[] all = block.metadataIds();
    int[] result = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      result[i] = all[rows[i]];
    }
    return result;
  }

  @Override
  public MetadataTable metadata() {
    return block.metadata();
  }

  @Override
  public boolean mayContain(byte[] literal) {
    return block.mayContain(literal);
  }
}
