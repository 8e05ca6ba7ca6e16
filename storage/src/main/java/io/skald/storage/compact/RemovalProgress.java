package io.skald.storage.compact;

import io.skald.common.collect.Latest;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Which chunks were looked at for which wish and have nothing of it, so that they are read once,
 * and when something was last taken out for a wish. In memory: after a restart chunks are read
 * again, and all wishes count as just carried out. Confined to one thread.
 */
final class RemovalProgress {
  private static final int MAX_KEPT = 200_000;
  private static final int MAX_TIMES = 100_000;

  private record Seen(String removal, String pack, long offset) {}

  private record Wish(TenantId tenant, String removal) {}

  private final Set<Seen> clean = Latest.added(MAX_KEPT);

  private final Map<Wish, Long> changedNanos = Latest.used(MAX_TIMES);

  boolean isClean(String removal, ChunkRef chunk) {
    return clean.contains(new Seen(removal, chunk.packKey(), chunk.offset()));
  }

  void clean(String removal, ChunkRef chunk) {
    clean.add(new Seen(removal, chunk.packKey(), chunk.offset()));
  }

  /** Notes that entries may have been taken out for a wish. */
  void changed(TenantId tenant, String removal, long nowNanos) {
    changedNanos.put(new Wish(tenant, removal), nowNanos);
  }

  /** Returns whether nothing has been taken out for a wish for so long, since it is known. */
  boolean isUnchanged(TenantId tenant, String removal, Duration time, long nowNanos) {
    long changed = changedNanos.computeIfAbsent(new Wish(tenant, removal), _ -> nowNanos);
    return nowNanos - changed >= time.toNanos();
  }
}
