package io.skald.storage.chunk;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a stored block, decoded at most once each and kept; take a new one for every query,
 * so that what it decoded can be collected.
 *
 * <p>Two threads that ask at the same moment may both decode; they get equal columns. The fields are
 * volatile so that the arrays are seen filled.
 */
public final class LazyBlock implements BlockView {
  /** Where the columns come from. */
  public interface ColumnLoader {
    /** Returns {@code decode} of the column's checked section, or what that gave earlier. */
    <T> T load(Column column, Function<Section, T> decode);
  }

  private final BlockLayout layout;
  private final ColumnLoader loader;
  private final ColumnDecoder decoder;
  private volatile long @Nullable [] timestamps;
  private volatile int @Nullable [] lineOffsets;
  private volatile byte @Nullable [] lines;
  private volatile ColumnDecoder.@Nullable Metadata metadata;
  private volatile @Nullable SkipFilter filter;

  public LazyBlock(BlockLayout layout, ColumnLoader loader, ColumnDecoder decoder) {
    this.layout = layout;
    this.loader = loader;
    this.decoder = decoder;
  }

  @Override
  public int size() {
    return layout.entries();
  }

  @Override
  public long minTimestamp() {
    return layout.minTimestamp();
  }

  @Override
  public long maxTimestamp() {
    return layout.maxTimestamp();
  }

  @Override
  public long lineBytes() {
    return layout.lineBytes();
  }

  @Override
  public long[] timestamps() {
    long[] decoded = timestamps;
    if (decoded == null) {
      decoded = loader.load(Column.TIMESTAMPS, section -> decoder.timestamps(layout, section));
      timestamps = decoded;
    }
    return decoded;
  }

  @Override
  public int[] lineOffsets() {
    int[] decoded = lineOffsets;
    if (decoded == null) {
      decoded = loader.load(Column.LENGTHS, section -> decoder.lineOffsets(layout, section));
      lineOffsets = decoded;
    }
    return decoded;
  }

  @Override
  public byte[] lines() {
    byte[] decoded = lines;
    if (decoded == null) {
      decoded = loader.load(Column.LINES, section -> decoder.lines(layout, section));
      lines = decoded;
    }
    return decoded;
  }

  @Override
  public int[] metadataIds() {
    return decodedMetadata().ids();
  }

  @Override
  public MetadataTable metadata() {
    return decodedMetadata().table();
  }

  private ColumnDecoder.Metadata decodedMetadata() {
    ColumnDecoder.Metadata decoded = metadata;
    if (decoded == null) {
      decoded = loader.load(Column.METADATA, section -> decoder.metadata(layout, section));
      metadata = decoded;
    }
    return decoded;
  }

  @Override
  public boolean mayContain(byte[] literal) {
    SkipFilter decoded = filter;
    if (decoded == null) {
      decoded = loader.load(Column.FILTER, decoder::filter);
      filter = decoded;
    }
    return decoded.mayContain(literal);
  }
}
