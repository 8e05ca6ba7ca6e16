package io.skald.server;

import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.IndexStatistics;
import io.skald.storage.index.ShippedIndex;
import io.skald.storage.index.ShippingIndex;
import io.skald.storage.index.StreamIndex;
import io.skald.storage.object.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The label index of a process: opened, and measured. */
final class IndexParts {
  /** Nobody else writes to the object store of a single process. */
  private static final Duration REFRESH = Duration.ofMinutes(10);

  /** Ingesters tell of what was shipped in the last minutes, so this may be up to a minute. */
  private static final Duration CLUSTER_REFRESH = Duration.ofSeconds(30);

  private final @Nullable ShippingIndex written;
  private final ShippedIndex shipped;
  private final IndexFileCache files;

  private IndexParts(@Nullable ShippingIndex written, ShippedIndex shipped, IndexFileCache files) {
    this.written = written;
    this.shipped = shipped;
    this.files = files;
  }

  /**
   * Opens the index; what earlier and other processes shipped is found in the object store.
   *
   * @param writer names this process in the names of files
   * @param closers gets what closes it
   */
  static IndexParts open(
      SkaldConfig config,
      String writer,
      ObjectStore objects,
      ServerMetrics metrics,
      StorageMetrics caches,
      Clock clock,
      RandomGenerator random,
      Deque<Runnable> closers) {
    Duration refresh = config.isSingleProcess() ? REFRESH : CLUSTER_REFRESH;
    Path cache = config.common().indexCacheDirectory();
    long cacheBytes = config.storageConfig().indexCacheSize();
    if (!config.roles().contains(Role.INGESTER)) {
      IndexFileCache files =
          new IndexFileCache(cache, cacheBytes, name -> objects.read(name.key(), 0, name.length()));
      closers.push(files::close);
      ShippedIndex shipped = new ShippedIndex(objects, files, refresh, clock);
      bind(caches, files, shipped);
      return new IndexParts(null, shipped, files);
    }
    ShippingIndex index =
        new ShippingIndex(
            new ShippingIndex.Settings(
                config.common().indexDirectory(), cache, cacheBytes, refresh),
            objects,
            writer,
            clock,
            random);
    closers.push(index::close);
    bind(metrics, index);
    bind(caches, index.files(), index.shipped());
    return new IndexParts(index, index.shipped(), index.files());
  }

  /**
   * Returns the index as the ingester of this process writes it.
   *
   * @throws NullPointerException if it has none
   */
  ShippingIndex written() {
    return Objects.requireNonNull(written);
  }

  /** Returns what all processes have written. */
  StreamIndex shared() {
    return written == null ? shipped : written;
  }

  /** Returns the copies of index files on the local disk. */
  IndexFileCache files() {
    return files;
  }

  /** Looks at what all processes have written again before the next answer. */
  void expire() {
    shipped.expire();
  }

  /** Looks at a tenant's index now: it has become another one. */
  void refresh(TenantId tenant) {
    shipped.refresh(tenant);
  }

  private static void bind(StorageMetrics caches, IndexFileCache files, ShippedIndex shipped) {
    caches.bind("index_files", files::statistics);
    caches.bind("index_days", shipped::decodedDays);
  }

  private static void bind(ServerMetrics metrics, ShippingIndex index) {
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
