package io.skald.common.block;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * A block without some of its rows. Columns are compacted when they are asked for, so that a query
 * that reads only timestamps costs no lines; as with columns of stored blocks, they are remembered
 * for as long as somebody works with them.
 */
public final class RowSubset implements BlockView {
  private final BlockView block;
  private final int[] rows;
  private final long lineBytes;
  private final long minTimestamp;
  private final long maxTimestamp;

  // Racing readers may compute them more than once, with equal results.
  private volatile @Nullable Reference<long[]> timestamps;
  private volatile @Nullable Reference<int[]> offsets;
  private volatile @Nullable Reference<byte[]> lines;

  /**
   * @param rows ascending numbers of rows, at least one; not copied
   */
  public RowSubset(BlockView block, int[] rows) {
    this.block = block;
    this.rows = rows;
    int[] bounds = block.lineOffsets();
    long sum = 0;
    for (int row : rows) {
      sum += bounds[row + 1] - bounds[row];
    }
    this.lineBytes = sum;
    long[] all = block.timestamps();
    this.minTimestamp = all[rows[0]];
    this.maxTimestamp = all[rows[rows.length - 1]];
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public long minTimestamp() {
    return minTimestamp;
  }

  @Override
  public long maxTimestamp() {
    return maxTimestamp;
  }

  @Override
  public long lineBytes() {
    return lineBytes;
  }

  @Override
  public long[] timestamps() {
    long[] result = held(timestamps);
    if (result == null) {
      long[] all = block.timestamps();
      result = new long[rows.length];
      for (int i = 0; i < rows.length; i++) {
        result[i] = all[rows[i]];
      }
      timestamps = new WeakReference<>(result);
    }
    return result;
  }

  private static <T> @Nullable T held(@Nullable Reference<T> reference) {
    return reference == null ? null : reference.get();
  }

  @Override
  public int[] lineOffsets() {
    int[] result = held(offsets);
    if (result == null) {
      int[] all = block.lineOffsets();
      result = new int[rows.length + 1];
      for (int i = 0; i < rows.length; i++) {
        result[i + 1] = result[i] + all[rows[i] + 1] - all[rows[i]];
      }
      offsets = new WeakReference<>(result);
    }
    return result;
  }

  @Override
  public byte[] lines() {
    byte[] result = held(lines);
    if (result == null) {
      int[] from = block.lineOffsets();
      byte[] bytes = block.lines();
      result = new byte[Math.toIntExact(lineBytes)];
      int end = 0;
      for (int row : rows) {
        int length = from[row + 1] - from[row];
        System.arraycopy(bytes, from[row], result, end, length);
        end += length;
      }
      lines = new WeakReference<>(result);
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

  @Override
  public long heldBytes() {
    return block.heldBytes();
  }
}
