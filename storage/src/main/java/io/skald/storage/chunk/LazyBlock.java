package io.skald.storage.chunk;

import io.skald.common.block.BlockView;
import io.skald.common.block.LineTemplates;
import io.skald.common.block.MetadataTable;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a stored block, decoded when they are asked for.
 *
 * <p>A decoded column is remembered weakly: whoever works on a block holds its arrays in variables,
 * and a query that walks thousands of blocks must not keep the lines of all of them. Asking again
 * after a collection decodes again. Two threads that ask at the same moment may both decode; they
 * get equal columns.
 */
public final class LazyBlock implements BlockView {
  /** Where the columns come from. */
  public interface ColumnLoader {
    /** Returns {@code decode} of the column's checked section, or what that gave earlier. */
    <T> T load(Column column, Function<Section, T> decode);

    /** Returns the whole block, or null if it is not at hand. */
    default @Nullable Sealed sealed() {
      return null;
    }
  }

  private final BlockLayout layout;
  private final ColumnLoader loader;
  private final ColumnDecoder decoder;
  private volatile @Nullable Reference<long[]> timestamps;
  private volatile @Nullable Reference<int[]> lineOffsets;
  private volatile @Nullable Reference<StoredLines> storedLines;
  private volatile @Nullable Reference<byte[]> lines;
  private volatile @Nullable Reference<ColumnDecoder.Metadata> metadata;
  private volatile @Nullable Reference<SkipFilter> filter;

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
  public long metadataBytes() {
    return layout.metadataBytes();
  }

  @Override
  public long[] timestamps() {
    long[] decoded = held(timestamps);
    if (decoded == null) {
      decoded = loader.load(Column.TIMESTAMPS, section -> decoder.timestamps(layout, section));
      timestamps = new WeakReference<>(decoded);
    }
    return decoded;
  }

  @Override
  public int[] lineOffsets() {
    int[] decoded = held(lineOffsets);
    if (decoded == null) {
      decoded = loader.load(Column.LENGTHS, section -> decoder.lineOffsets(layout, section));
      lineOffsets = new WeakReference<>(decoded);
    }
    return decoded;
  }

  @Override
  public byte[] lines() {
    byte[] decoded = held(lines);
    if (decoded == null) {
      decoded = storedLines().bytes();
      lines = new WeakReference<>(decoded);
    }
    return decoded;
  }

  @Override
  public @Nullable LineTemplates templates() {
    return storedLines().templates();
  }

  private StoredLines storedLines() {
    StoredLines loaded = held(storedLines);
    if (loaded == null) {
      loaded = loader.load(Column.LINES, section -> decoder.lines(layout, section));
      storedLines = new WeakReference<>(loaded);
    }
    return loaded;
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
    ColumnDecoder.Metadata decoded = held(metadata);
    if (decoded == null) {
      decoded = loader.load(Column.METADATA, section -> decoder.metadata(layout, section));
      metadata = new WeakReference<>(decoded);
    }
    return decoded;
  }

  @Override
  public boolean mayContain(byte[] literal) {
    SkipFilter decoded = held(filter);
    if (decoded == null) {
      decoded = loader.load(Column.FILTER, decoder::filter);
      filter = new WeakReference<>(decoded);
    }
    return decoded.mayContain(literal);
  }

  @Override
  public @Nullable Sealed sealed() {
    return loader.sealed();
  }

  private static <T> @Nullable T held(@Nullable Reference<T> reference) {
    return reference == null ? null : reference.get();
  }
}
