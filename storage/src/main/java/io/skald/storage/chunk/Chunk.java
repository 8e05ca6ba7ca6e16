package io.skald.storage.chunk;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import java.util.List;

/**
 * The blocks of one stream that are stored together.
 *
 * @param id unique inside the tenant, chosen by who cuts the chunk
 * @param blocks in arrival order, at least one; they may overlap in time
 */
public record Chunk(long id, Labels labels, Fingerprint fingerprint, List<SealedBlock> blocks) {
  public Chunk {
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException("chunk " + id + " of " + labels + " has no block");
    }
  }

  public long minTimestamp() {
    return blocks.stream().mapToLong(SealedBlock::minTimestamp).min().orElseThrow();
  }

  /** Returns the last timestamp (inclusive), nanoseconds. */
  public long maxTimestamp() {
    return blocks.stream().mapToLong(SealedBlock::maxTimestamp).max().orElseThrow();
  }

  public long entries() {
    return blocks.stream().mapToLong(SealedBlock::entries).sum();
  }

  /** Returns the sum of what the structured metadata of the blocks counts. */
  public long metadataBytes() {
    return blocks.stream().mapToLong(SealedBlock::metadataBytes).sum();
  }

  /** Returns the sum of all line lengths before compression. */
  public long lineBytes() {
    return blocks.stream().mapToLong(SealedBlock::lineBytes).sum();
  }
}
