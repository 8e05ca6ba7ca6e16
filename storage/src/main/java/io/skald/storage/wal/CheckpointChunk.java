package io.skald.storage.wal;

import io.skald.common.block.EntryBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;

/**
 * A chunk that was in memory, not in object storage, when a checkpoint was written.
 *
 * @param coveredThrough no record of the stream up to this position needs replay from the segments
 * @param chunkId the id under which the chunk will be flushed
 * @param firstPosition position of the first record that is in the chunk
 * @param lastPosition position of the last record that is in the chunk
 * @param firstAppendNanos when the chunk was begun, nanoseconds since the Unix epoch
 * @param blocks in arrival order
 */
public record CheckpointChunk(
    TenantId tenant,
    Fingerprint fingerprint,
    Labels labels,
    long coveredThrough,
    long chunkId,
    long firstPosition,
    long lastPosition,
    long firstAppendNanos,
    List<Block> blocks) {
  public CheckpointChunk {
    blocks = List.copyOf(blocks);
  }

  /** One block of the chunk. */
  public sealed interface Block {
    /** Entries that were not sealed yet, in arrival order. */
    record Columns(EntryBatch entries) implements Block {}

    /** A sealed block, in the form its sealer gave it; opaque to the log. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Sealed(byte[] bytes) implements Block {}
  }
}
