package io.skald.storage.pack;

import io.skald.storage.chunk.ChunkRef;
import java.util.List;

/**
 * A pack that is durable.
 *
 * @param refs in the order of the chunks that were given
 */
public record WrittenPack(String key, List<ChunkRef> refs) {
  public WrittenPack {
    refs = List.copyOf(refs);
  }
}
