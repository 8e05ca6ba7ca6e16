package io.skald.storage.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Weigher;
import io.skald.common.block.MetadataTable;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkFooter;
import io.skald.storage.chunk.Column;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.SkipFilter;
import io.skald.storage.chunk.StoredLines;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decoded footers and columns, shared by all queries and bounded by bytes. Chunks never change, so
 * nothing is ever invalidated. A key starts with the pack's key, which starts with the tenant.
 *
 * <p>Decoded rather than compressed: the file system's cache holds the compressed bytes already,
 * and decoding costs many times the read. Lines are kept apart from the small columns, so that a
 * scan over text does not push out the timestamps and filters that every query needs. Thread-safe.
 */
public final class ChunkCaches {
  private static final int OBJECT_OVERHEAD = 64;
  private static final int BLOCK_OVERHEAD = 400;

  private final CacheConfig config;
  private final Cache<FooterKey, ChunkFooter> footers;
  private final Cache<ColumnKey, Object> columns;
  private final Cache<ColumnKey, Object> lines;

  public ChunkCaches(CacheConfig config) {
    this.config = config;
    this.footers =
        bounded(
            config.footerBytes(),
            (_, footer) -> OBJECT_OVERHEAD + BLOCK_OVERHEAD * footer.blocks().size());
    this.columns = bounded(config.columnBytes(), (_, column) -> weigh(column));
    this.lines = bounded(config.lineBytes(), (_, column) -> weigh(column));
  }

  record FooterKey(String packKey, long offset) {}

  record ColumnKey(String packKey, long chunkOffset, int block, Column column) {}

  private static <K, V> Cache<K, V> bounded(long bytes, Weigher<K, V> weigher) {
    // Maintenance on the calling thread: no work is left behind in a shared pool.
    return Caffeine.newBuilder()
        .maximumWeight(bytes)
        .weigher(weigher)
        .executor(Runnable::run)
        .recordStats()
        .build();
  }

  private static int weigh(Object column) {
    return OBJECT_OVERHEAD
        + switch (column) {
          case long[] timestamps -> timestamps.length * Long.BYTES;
          case int[] offsets -> offsets.length * Integer.BYTES;
          case StoredLines lines -> lines.sizeBytes();
          case SkipFilter filter -> filter.sizeBytes();
          case ColumnDecoder.Metadata metadata ->
              metadata.ids().length * Integer.BYTES + weigh(metadata.table());
          default -> throw new IllegalArgumentException("no column: " + column.getClass());
        };
  }

  private static int weigh(MetadataTable table) {
    int weight = OBJECT_OVERHEAD;
    for (int id = 0; id < table.size(); id++) {
      Labels set = table.get(id);
      weight += OBJECT_OVERHEAD;
      for (int i = 0; i < set.size(); i++) {
        weight += OBJECT_OVERHEAD + set.name(i).length() + set.value(i).length();
      }
    }
    return weight;
  }

  /** Returns what each of the caches has done: footers, columns, lines. */
  public Map<String, CacheStatistics> statistics() {
    return Map.of(
        "footers", CacheStatistics.of(footers, config.footerBytes()),
        "columns", CacheStatistics.of(columns, config.columnBytes()),
        "lines", CacheStatistics.of(lines, config.lineBytes()));
  }

  @Nullable ChunkFooter footer(FooterKey key) {
    return footers.getIfPresent(key);
  }

  void keep(FooterKey key, ChunkFooter footer) {
    footers.put(key, footer);
  }

  /** Returns what was kept under the key, which is of the type that its column decodes to. */
  @Nullable Object column(ColumnKey key) {
    return cache(key).getIfPresent(key);
  }

  void keep(ColumnKey key, Object column) {
    cache(key).put(key, column);
  }

  private Cache<ColumnKey, Object> cache(ColumnKey key) {
    return key.column() == Column.LINES ? lines : columns;
  }
}
