package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.pack.ChunkRef;
import java.util.List;

/**
 * A stream and those of its chunks that overlap a time range.
 *
 * @param chunks at least one, each once, ordered by their last timestamp inside each day
 */
public record IndexedStream(Labels labels, Fingerprint fingerprint, List<ChunkRef> chunks) {
  public IndexedStream {
    chunks = List.copyOf(chunks);
  }
}
