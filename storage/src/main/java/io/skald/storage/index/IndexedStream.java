package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import java.util.List;

/**
 * A stream and those of its chunks that a query asked for.
 *
 * @param chunks each once, ordered by pack key and offset: the order in which they were flushed
 */
public record IndexedStream(Fingerprint fingerprint, Labels labels, List<ChunkRef> chunks) {
  public IndexedStream {
    chunks = List.copyOf(chunks);
  }
}
