package io.skald.storage.compact;

import io.skald.common.collect.Latest;
import io.skald.storage.chunk.ChunkRef;
import java.util.Set;

/**
 * Which chunks were looked at for which wish and have nothing of it, so that they are read once. In
 * memory: after a restart they are read again. Confined to one thread.
 */
final class RemovalProgress {
  private static final int MAX_KEPT = 200_000;

  private record Seen(String removal, String pack, long offset) {}

  private final Set<Seen> clean = Latest.added(MAX_KEPT);

  boolean isClean(String removal, ChunkRef chunk) {
    return clean.contains(new Seen(removal, chunk.packKey(), chunk.offset()));
  }

  void clean(String removal, ChunkRef chunk) {
    clean.add(new Seen(removal, chunk.packKey(), chunk.offset()));
  }
}
