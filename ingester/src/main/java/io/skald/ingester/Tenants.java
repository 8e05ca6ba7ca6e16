package io.skald.ingester;

import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The streams of all tenants. Thread-safe. */
final class Tenants {
  private static final int TOO_MANY_REQUESTS = 429;

  private final Map<TenantId, TenantStreams> tenants = new ConcurrentHashMap<>();

  Collection<TenantStreams> all() {
    return tenants.values();
  }

  @Nullable TenantStreams get(TenantId tenant) {
    return tenants.get(tenant);
  }

  TenantStreams getOrCreate(TenantId tenant) {
    return tenants.computeIfAbsent(tenant, TenantStreams::new);
  }

  @Nullable LiveStream stream(TenantId tenant, Fingerprint fingerprint) {
    TenantStreams streams = tenants.get(tenant);
    return streams == null ? null : streams.get(fingerprint);
  }

  int streamCount() {
    return tenants.values().stream().mapToInt(TenantStreams::size).sum();
  }

  /** Takes out the streams that hold nothing and have been idle. */
  void retireIdle(long nowNanos) {
    for (TenantStreams tenant : tenants.values()) {
      for (LiveStream stream : tenant.all()) {
        if (stream.retireIfIdle(nowNanos)) {
          tenant.remove(stream);
        }
      }
    }
  }

  /** Returns the position of the oldest record that is not flushed, or {@code Long.MAX_VALUE}. */
  long oldestUnflushed() {
    long oldest = Long.MAX_VALUE;
    for (TenantStreams tenant : tenants.values()) {
      for (LiveStream stream : tenant.all()) {
        oldest = Math.min(oldest, stream.oldestUnflushed());
      }
    }
    return oldest;
  }

  static EntryRejection tooManyStreams(TenantId tenant, StreamBatch refused) {
    return new EntryRejection(
        TOO_MANY_REQUESTS,
        "maximum active stream limit exceeded when trying to create stream "
            + refused.labels()
            + ", reduce the number of active streams (reduce labels or reduce label values), or"
            + " contact your Loki administrator to see if the limit can be increased, user: '"
            + tenant
            + "'",
        EntryRejection.Cause.STREAM_LIMIT,
        refused.entries().size(),
        refused.entries().lineBytes());
  }
}
