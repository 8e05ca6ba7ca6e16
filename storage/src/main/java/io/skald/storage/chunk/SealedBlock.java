package io.skald.storage.chunk;

import io.skald.common.block.BlockView;
import java.util.List;
import java.util.function.Function;

/** A block in its stored form, in memory. Immutable. */
public final class SealedBlock {
  private final BlockLayout layout;
  private final List<EncodedColumn> columns;
  private final ColumnDecoder decoder;
  private final int sizeBytes;

  /** Takes one encoded column for each {@link Column}, in order. */
  SealedBlock(BlockLayout layout, List<EncodedColumn> columns, ColumnDecoder decoder) {
    this.layout = layout;
    this.columns = List.copyOf(columns);
    this.decoder = decoder;
    this.sizeBytes = columns.stream().mapToInt(column -> column.bytes().length).sum();
  }

  public int entries() {
    return layout.entries();
  }

  /** Returns the sum of the line lengths before compression. */
  public int lineBytes() {
    return layout.lineBytes();
  }

  /** Returns how much the structured metadata counts, 0 if it was not counted. */
  public long metadataBytes() {
    return layout.metadataBytes();
  }

  public long minTimestamp() {
    return layout.minTimestamp();
  }

  /** Returns the last timestamp (inclusive), nanoseconds. */
  public long maxTimestamp() {
    return layout.maxTimestamp();
  }

  /** Returns the compressed size of all columns, in bytes. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** Returns the compressed size of one column, in bytes. */
  public int sizeBytes(Column column) {
    return encoded(column).bytes().length;
  }

  /**
   * Returns a view that decodes each column at most once and keeps it; take a new view for every
   * query, so that what it decoded can be collected.
   */
  public BlockView view() {
    return new LazyBlock(layout, new InMemory(this), decoder);
  }

  BlockLayout layout() {
    return layout;
  }

  EncodedColumn encoded(Column column) {
    return columns.get(column.ordinal());
  }

  private record InMemory(SealedBlock block) implements LazyBlock.ColumnLoader {
    @Override
    public <T> T load(Column column, Function<Section, T> decode) {
      EncodedColumn encoded = block.encoded(column);
      return decode.apply(
          new Section("a block in memory", column.name(), 0, encoded.encoding(), encoded.bytes()));
    }

    @Override
    public BlockView.Sealed sealed() {
      return new BlockView.Sealed() {
        @Override
        public int sizeBytes() {
          return block.sizeBytes();
        }

        @Override
        public byte[] bytes() {
          return SealedBlocks.encode(block);
        }
      };
    }
  }
}
