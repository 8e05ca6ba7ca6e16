package io.skald.storage.check;

import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkCheck;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.pack.PackedChunk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What was read of a damaged pack.
 *
 * @param chunks with the blocks that are whole
 * @param losses one line for every chunk that is lost or has lost blocks
 */
record SalvagedPack(List<Chunk> chunks, List<String> losses, long lostEntries) {
  SalvagedPack {
    chunks = List.copyOf(chunks);
    losses = List.copyOf(losses);
  }

  /** Collects chunk by chunk. */
  static final class Builder {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final List<Chunk> chunks = new ArrayList<>();
    private final List<String> losses = new ArrayList<>();
    private long lostEntries;

    void add(PackedChunk chunk, ChunkCheck.Result result) {
      if (!result.intact().isEmpty()) {
        chunks.add(
            new Chunk(chunk.ref().chunkId(), chunk.labels(), chunk.fingerprint(), result.intact()));
      }
      if (result.lostEntries() > 0) {
        lost(chunk, result.lostEntries(), result.faults().getFirst());
      }
    }

    void lost(PackedChunk chunk, long entries, String why) {
      ChunkRef ref = chunk.ref();
      lostEntries += entries;
      losses.add(
          "%d of %d entries of %s between %s and %s: %s"
              .formatted(
                  entries,
                  ref.entries(),
                  chunk.labels(),
                  time(ref.minTimestamp()),
                  time(ref.maxTimestamp()),
                  why));
    }

    private static Instant time(long nanos) {
      return Instant.ofEpochSecond(
          Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND));
    }

    SalvagedPack build() {
      return new SalvagedPack(chunks, losses, lostEntries);
    }
  }
}
