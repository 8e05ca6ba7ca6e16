package io.skald.querier.fleet;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.fleet.PieceCall;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.model.TenantId;
import io.skald.logql.engine.QueryStatistics;
import io.skald.querier.source.DataVersion;
import java.util.List;
import java.util.function.Supplier;

/**
 * The values of parts of metric queries, bounded by bytes. A key names the tenants and what the
 * entries are made of, so nothing is ever invalidated: what holds no longer is not found again, and
 * makes room in the end. Thread-safe.
 */
public final class ResultCache {
  /** Of a key and its place, beside its texts. */
  private static final int OVERHEAD_BYTES = 256;

  /** A part that takes more of the cache than this share would push out too much. */
  private static final int LARGEST_SHARE = 8;

  private final long maxBytes;
  private final Cache<Key, byte[]> values;

  private record Key(
      List<TenantId> tenants,
      boolean federated,
      String query,
      long startNanos,
      long endNanos,
      long stepNanos,
      String dataVersion) {
    static Key of(PieceCall call) {
      return new Key(
          call.tenants(),
          call.federated(),
          call.query(),
          call.startNanos(),
          call.endNanos(),
          call.stepNanos(),
          call.dataVersion());
    }

    int bytes() {
      int tenantBytes = tenants.stream().mapToInt(tenant -> tenant.value().length()).sum();
      return OVERHEAD_BYTES + tenantBytes + query.length() + dataVersion.length();
    }
  }

  /**
   * @param maxBytes about what it may take
   */
  public ResultCache(long maxBytes) {
    this.maxBytes = maxBytes;
    // Maintenance on the calling thread: no work is left behind in a shared pool.
    this.values =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Key key, byte[] value) -> key.bytes() + value.length)
            .executor(Runnable::run)
            .recordStats()
            .build();
  }

  /**
   * Returns the values of a piece, and keeps them if its entries are those that the call names both
   * before they are evaluated and after, and have not been others meanwhile.
   *
   * @param version tells what the entries are now
   */
  byte[] answer(
      PieceCall call,
      QueryStatistics statistics,
      Supplier<DataVersion> version,
      Supplier<byte[]> evaluation) {
    Key key = Key.of(call);
    byte[] found = values.getIfPresent(key);
    if (found != null) {
      statistics.resultsFound.increment();
      statistics.resultBytesFound.add(found.length);
      statistics.resultNanosFound.add(call.endNanos() - call.startNanos());
      return found;
    }
    DataVersion before = version.get();
    byte[] fresh = evaluation.get();
    if (before.name().equals(call.dataVersion())
        && key.bytes() + (long) fresh.length <= maxBytes / LARGEST_SHARE
        && version.get().equals(before)) {
      values.put(key, fresh);
      statistics.resultsStored.increment();
      statistics.resultBytesStored.add(fresh.length);
    }
    return fresh;
  }

  /** Returns what it has done. */
  public CacheStatistics statistics() {
    return CacheStatistics.of(values, maxBytes);
  }
}
