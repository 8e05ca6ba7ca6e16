package io.skald.storage.read;

import io.skald.storage.chunk.ChunkFooter;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.Column;
import io.skald.storage.chunk.LazyBlock;
import io.skald.storage.chunk.Section;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The columns of one chunk for one query. A small column (all but the lines) is fetched for all
 * chosen blocks in one range read, since it lies side by side and a query that needs it of one
 * block needs it of the others; what is fetched and not yet decoded waits here. Lines are fetched
 * block by block: a filter may have spared the others. From a distant store, whoever reads the
 * lines of one block after the other gets those of several at once. Thread-safe.
 */
final class StoredColumns {
  private final PackSource packs;
  private final ChunkCaches caches;
  private final ChunkRef ref;
  private final ChunkFooter footer;
  private final int firstBlock;
  private final int lastBlock;
  private final ReadStatistics statistics;

  /** The block whose lines were asked for last; a guess, so that races cost a request at most. */
  private volatile int lastLines = Integer.MIN_VALUE;

  /** Up to where lines were fetched ahead, from the start of the chunk. */
  private volatile int fetchedLinesThrough;

  /** Fetched, undecoded, by column and block; guarded by this. */
  private final Map<Column, byte @Nullable [][]> waiting = new EnumMap<>(Column.class);

  StoredColumns(
      PackSource packs,
      ChunkCaches caches,
      ChunkRef ref,
      ChunkFooter footer,
      int firstBlock,
      int lastBlock,
      ReadStatistics statistics) {
    this.packs = packs;
    this.caches = caches;
    this.ref = ref;
    this.footer = footer;
    this.firstBlock = firstBlock;
    this.lastBlock = lastBlock;
    this.statistics = statistics;
  }

  LazyBlock.ColumnLoader ofBlock(int block) {
    return new BlockColumns(this, block);
  }

  private record BlockColumns(StoredColumns chunk, int block) implements LazyBlock.ColumnLoader {
    @Override
    public <T> T load(Column column, Function<Section, T> decode) {
      return chunk.load(block, column, decode);
    }
  }

  @SuppressWarnings("unchecked") // a column always decodes to the same type
  private <T> T load(int block, Column column, Function<Section, T> decode) {
    var key = new ChunkCaches.ColumnKey(ref.packKey(), ref.offset(), block, column);
    Object cached = caches.column(key);
    if (cached != null) {
      statistics.cacheHits.increment();
      return (T) cached;
    }
    var position = footer.blocks().get(block).position(column);
    byte[] bytes = column == Column.LINES ? fetchLines(block) : fetchSmall(column, block);
    Section section =
        Section.verified(
            ref.packKey(),
            "column " + column + " of block " + block,
            ref.position(position.offset()),
            position.encoding(),
            bytes,
            position.crc());
    T decoded = decode.apply(section);
    statistics.compressedBytes.add(bytes.length);
    if (column == Column.LINES) {
      var layout = footer.blocks().get(block).layout();
      statistics.decompressedBytes.add(layout.lineBytes());
      statistics.decompressedLines.add(layout.entries());
    }
    caches.keep(key, decoded);
    return decoded;
  }

  private byte[] fetch(ChunkFooter.ColumnPosition position) {
    return fetch(position.offset(), position.length());
  }

  private byte[] fetch(int offset, int length) {
    if (length == 0) {
      return new byte[0];
    }
    byte[] bytes = packs.read(ref.packKey(), ref.position(offset), length);
    statistics.fetchedBytes.add(length);
    return bytes;
  }

  private byte[] fetchLines(int block) {
    var position = footer.blocks().get(block).position(Column.LINES);
    int ahead = packs.readAheadBytes();
    boolean readsOn = lastLines == block - 1;
    lastLines = block;
    if (ahead > 0 && readsOn && position.offset() + position.length() > fetchedLinesThrough) {
      var last = footer.blocks().get(lastBlock).position(Column.LINES);
      int end = last.offset() + last.length();
      int length = Math.min(end - position.offset(), Math.max(ahead, position.length()));
      fetchedLinesThrough = position.offset() + length;
      // Kept by the source: this block and those that follow find it there, and count it then.
      packs.read(ref.packKey(), ref.position(position.offset()), length);
    }
    return fetch(position);
  }

  private synchronized byte[] fetchSmall(Column column, int block) {
    byte @Nullable [][] group = waiting.computeIfAbsent(column, this::fetchGroup);
    byte[] bytes = group[block - firstBlock];
    if (bytes == null) {
      // Taken by a thread that asked at the same moment, or evicted from the cache since.
      return fetch(footer.blocks().get(block).position(column));
    }
    group[block - firstBlock] = null;
    return bytes;
  }

  private byte @Nullable [][] fetchGroup(Column column) {
    int start = footer.blocks().get(firstBlock).position(column).offset();
    var last = footer.blocks().get(lastBlock).position(column);
    byte[] bytes = fetch(start, last.offset() + last.length() - start);
    byte @Nullable [][] group = new byte[lastBlock - firstBlock + 1][];
    for (int i = 0; i < group.length; i++) {
      var position = footer.blocks().get(firstBlock + i).position(column);
      int from = position.offset() - start;
      group[i] = Arrays.copyOfRange(bytes, from, from + position.length());
    }
    return group;
  }
}
