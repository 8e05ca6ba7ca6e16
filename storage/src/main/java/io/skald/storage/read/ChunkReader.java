package io.skald.storage.read;

import io.skald.common.block.BlockView;
import io.skald.storage.chunk.ChunkFooter;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.Column;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.LazyBlock;
import io.skald.storage.object.ObjectStore;
import java.util.ArrayList;
import java.util.List;

/** Opens the blocks of stored chunks. Thread-safe. */
public final class ChunkReader {
  private final PackSource packs;
  private final ChunkCaches caches;
  private final ColumnDecoder decoder;

  /**
   * @param caches shared with other readers of the same store
   * @param decoder shared; stays open
   */
  public ChunkReader(ObjectStore store, ChunkCaches caches, ColumnDecoder decoder) {
    this(PackSource.direct(store), caches, decoder);
  }

  /**
   * As the other one, with a cache of packs in front of the store.
   *
   * @param packs shared; stays open
   */
  public ChunkReader(PackSource packs, ChunkCaches caches, ColumnDecoder decoder) {
    this.packs = packs;
    this.caches = caches;
    this.decoder = decoder;
  }

  /**
   * Fetches what {@link #blocks} and most columns of these chunks need, if that is better done at
   * once.
   *
   * @param chunks all that a query may read
   */
  public void prepare(List<ChunkRef> chunks) {
    packs.prepare(
        chunks,
        chunks.stream()
            .filter(chunk ->
                caches.footer(new ChunkCaches.FooterKey(chunk.packKey(), chunk.footerOffset()))
                    == null)
            .toList());
  }

  /**
   * Returns the blocks of a chunk that overlap {@code [fromNanos, throughNanos]}, in the order in
   * which they were sealed. Reads the footer unless it is cached; columns are read when a view is
   * asked for them, and then checked before they are used.
   *
   * @param statistics added to now and whenever one of the views reads
   * @throws CorruptChunkException if the footer, and from a view if a column, is damaged
   */
  public List<BlockView> blocks(
      ChunkRef ref, long fromNanos, long throughNanos, ReadStatistics statistics) {
    ChunkFooter footer = footer(ref, statistics);
    List<Integer> chosen = new ArrayList<>(footer.blocks().size());
    for (int i = 0; i < footer.blocks().size(); i++) {
      var layout = footer.blocks().get(i).layout();
      if (layout.minTimestamp() <= throughNanos && layout.maxTimestamp() >= fromNanos) {
        chosen.add(i);
      }
    }
    statistics.blocksOutsideRange.add(footer.blocks().size() - chosen.size());
    if (chosen.isEmpty()) {
      return List.of();
    }
    StoredColumns columns =
        new StoredColumns(
            packs, caches, ref, footer, chosen.getFirst(), chosen.getLast(), statistics);
    List<BlockView> blocks = new ArrayList<>(chosen.size());
    for (int index : chosen) {
      blocks.add(
          new LazyBlock(footer.blocks().get(index).layout(), columns.ofBlock(index), decoder));
    }
    return blocks;
  }

  private ChunkFooter footer(ChunkRef ref, ReadStatistics statistics) {
    ChunkCaches.FooterKey key = new ChunkCaches.FooterKey(ref.packKey(), ref.footerOffset());
    ChunkFooter cached = caches.footer(key);
    if (cached != null && cached.chunkId() == ref.chunkId()) {
      statistics.cacheHits.increment();
      return cached;
    }
    byte[] bytes = packs.read(ref.packKey(), ref.footerOffset(), ref.footerLength());
    statistics.fetchedBytes.add(bytes.length);
    ChunkFooter footer =
        ChunkFooter.decode(ref.packKey(), ref.footerOffset(), bytes, ref.columnsLength());
    if (footer.chunkId() != ref.chunkId()) {
      throw new CorruptChunkException(
          ref.packKey(),
          "chunk footer",
          ref.footerOffset(),
          "it belongs to chunk %d, expected %d".formatted(footer.chunkId(), ref.chunkId()));
    }
    int linesStart = footer.blocks().getFirst().position(Column.LINES).offset();
    if (ref.linesLength() > 0 && linesStart != ref.smallColumnsLength()) {
      throw new CorruptChunkException(
          ref.packKey(),
          "chunk footer",
          ref.footerOffset(),
          "its lines start at %d of the chunk, expected %d"
              .formatted(linesStart, ref.smallColumnsLength()));
    }
    caches.keep(key, footer);
    return footer;
  }
}
