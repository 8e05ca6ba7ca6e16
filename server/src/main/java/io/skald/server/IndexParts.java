package io.skald.server;

import io.skald.common.time.Clock;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.IndexStatistics;
import io.skald.storage.index.ShippedIndex;
import io.skald.storage.index.ShippingIndex;
import io.skald.storage.index.StreamIndex;
import io.skald.storage.object.ObjectStore;
import java.time.Duration;
import java.util.Deque;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The label index of a process that writes it: opened, and measured. */
final class IndexParts {
  /** Nobody else writes to the object store of a single process. */
  private static final Duration REFRESH = Duration.ofMinutes(10);

  private static final String WRITER = "single";

  /**
   * In a cluster: until then, ingesters name by themselves what they have flushed. It bounds how
   * long one that is gone for good is missed, whose copies the others have.
   */
  private static final Duration CLUSTER_REFRESH = Duration.ofSeconds(30);

  private IndexParts() {}

  /**
   * Opens the index; what earlier processes shipped is found in the object store.
   *
   * @param closers gets what closes it
   */
  static ShippingIndex open(
      SkaldConfig config,
      ObjectStore objects,
      Clock clock,
      RandomGenerator random,
      Deque<Runnable> closers) {
    ShippingIndex index =
        new ShippingIndex(
            new ShippingIndex.Settings(
                config.common().indexDirectory(),
                config.common().indexCacheDirectory(),
                config.storageConfig().indexCacheSize(),
                config.isSingleProcess() ? REFRESH : CLUSTER_REFRESH),
            objects,
            config.isSingleProcess() ? WRITER : config.ingesterId(),
            clock,
            random);
    closers.push(index::close);
    return index;
  }

  /**
   * Opens the cache of index files of a process that only reads them.
   *
   * @param closers gets what closes it
   */
  static IndexFileCache openCache(
      SkaldConfig config, ObjectStore objects, Deque<Runnable> closers) {
    IndexFileCache files =
        new IndexFileCache(
            config.common().indexCacheDirectory(),
            config.storageConfig().indexCacheSize(),
            name -> objects.read(name.key(), 0, name.length()));
    closers.push(files::close);
    return files;
  }

  /** Opens the index that others write to the object store. */
  static StreamIndex openReader(ObjectStore objects, IndexFileCache files, Clock clock) {
    return new ShippedIndex(objects, files, CLUSTER_REFRESH, clock);
  }

  static void bind(ServerMetrics metrics, ShippingIndex index) {
    Supplier<ShippingIndex.Statistics> shipping = index::shipping;
    metrics.counter(
        "skald_index_shipped_files_total",
        "Index files sent to the object store.",
        () -> shipping.get().files());
    metrics.counter(
        "skald_index_shipped_bytes_total", "Bytes of these.", () -> shipping.get().bytes());
    metrics.counter(
        "skald_index_ship_failures_total",
        "Index files that could not be sent and are tried again.",
        () -> shipping.get().failures());
    metrics.gauge(
        "skald_index_unshipped_files",
        "Index files that wait to be sent; the log is kept until they are.",
        () -> shipping.get().waiting());
    Supplier<IndexStatistics> now = index::statistics;
    metrics.gauge(
        "skald_index_keys", "About how many keys the label index has.", () -> now.get().keys());
    metrics.gauge(
        "skald_index_disk_bytes", "Size of the label index's files.", () -> now.get().fileBytes());
    metrics.gauge(
        "skald_index_memory_bytes",
        "Memory of what the label index has not written to files.",
        () -> now.get().memoryBytes());
    metrics.gauge(
        "skald_index_cache_bytes",
        "Memory of the label index's cache of file blocks.",
        () -> now.get().cacheBytes());
    metrics.gauge(
        "skald_index_pending_compaction_bytes",
        "About how much the label index has to rewrite to merge its files.",
        () -> now.get().pendingCompactionBytes());
    metrics.gauge(
        "skald_index_background_errors",
        "Writes and merges of the label index that failed in the background.",
        () -> now.get().backgroundErrors());
  }
}
