package io.skald.server;

import io.skald.common.measure.CacheStatistics;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.read.ChunkCaches;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/** The metrics of caches and of delete requests. */
final class StorageMetrics {
  private final Map<String, Supplier<CacheStatistics>> caches = new ConcurrentHashMap<>();

  StorageMetrics(ServerMetrics metrics) {
    metrics.counters(
        "skald_cache_hits_total",
        "Look-ups in a cache that found something.",
        "cache",
        () -> figures(CacheStatistics::hits));
    metrics.counters(
        "skald_cache_misses_total",
        "Look-ups in a cache that found nothing.",
        "cache",
        () -> figures(CacheStatistics::misses));
    metrics.counters(
        "skald_cache_evictions_total",
        "Entries of a cache that made room for others.",
        "cache",
        () -> figures(CacheStatistics::evictions));
    metrics.gauges(
        "skald_cache_bytes",
        "About the memory of a cache.",
        "cache",
        () -> figures(CacheStatistics::bytes));
    metrics.gauges(
        "skald_cache_bytes_limit",
        "About the memory that a cache may take.",
        "cache",
        () -> figures(CacheStatistics::limitBytes));
  }

  /** Adds a cache; read when metrics are asked for. */
  void bind(String cache, Supplier<CacheStatistics> statistics) {
    caches.put(cache, statistics);
  }

  void bind(ChunkCaches chunks) {
    for (String cache : chunks.statistics().keySet()) {
      bind(cache, () -> Objects.requireNonNull(chunks.statistics().get(cache)));
    }
  }

  private Map<String, Double> figures(ToLongFunction<CacheStatistics> figure) {
    Map<String, Double> figures = new LinkedHashMap<>();
    caches.forEach(
        (cache, statistics) -> figures.put(cache, (double) figure.applyAsLong(statistics.get())));
    return figures;
  }

  static void bind(ServerMetrics metrics, DeleteRequests deletes) {
    metrics.counter(
        "skald_delete_requests_created_total", "Delete requests made.", deletes::created);
    metrics.counter(
        "skald_delete_requests_cancelled_total", "Delete requests cancelled.", deletes::cancelled);
  }
}
