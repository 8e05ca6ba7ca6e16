package io.skald.common.measure;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import java.util.OptionalLong;

/**
 * What a cache has done since it was made, and holds now.
 *
 * @param hits look-ups that found something
 * @param misses look-ups that found nothing
 * @param evictions entries that made room for others
 * @param bytes about how much memory the entries take
 * @param limitBytes how much they may take
 */
public record CacheStatistics(long hits, long misses, long evictions, long bytes, long limitBytes) {

  /**
   * Reads a cache that records its statistics.
   *
   * @param limitBytes its greatest weight
   */
  public static CacheStatistics of(Cache<?, ?> cache, long limitBytes) {
    CacheStats counts = cache.stats();
    OptionalLong weight =
        cache
            .policy()
            .eviction()
            .map(eviction -> eviction.weightedSize())
            .orElse(OptionalLong.empty());
    return new CacheStatistics(
        counts.hitCount(),
        counts.missCount(),
        counts.evictionCount(),
        weight.orElse(0),
        limitBytes);
  }
}
