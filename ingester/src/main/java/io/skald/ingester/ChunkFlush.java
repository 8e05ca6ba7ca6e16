package io.skald.ingester;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternArea;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Moves closed chunks of one tenant into one pack: seal, write the pack, commit to the index, drop
 * from memory, in that order. So whoever asks memory first and the index then finds every entry; a
 * failure on the way leaves the chunks where they are, and at worst a pack that nothing refers to.
 */
final class ChunkFlush {
  private final TenantId tenant;
  private final List<StreamChunks> work = new ArrayList<>();
  private long estimatedBytes;

  /**
   * Closed chunks of one stream.
   *
   * @param chunks the oldest ones that the stream has, in order
   */
  record StreamChunks(LiveStream stream, List<LiveChunk> chunks) {}

  ChunkFlush(TenantId tenant) {
    this.tenant = tenant;
  }

  /** Adds the chunks of a stream, which must not be part of another flush. */
  void add(LiveStream stream, List<LiveChunk> chunks) {
    work.add(new StreamChunks(stream, chunks));
    for (LiveChunk chunk : chunks) {
      estimatedBytes += chunk.sizeBytes();
    }
  }

  long estimatedBytes() {
    return estimatedBytes;
  }

  long chunkCount() {
    return work.stream().mapToLong(part -> part.chunks.size()).sum();
  }

  boolean isEmpty() {
    return work.isEmpty();
  }

  /** Runs the flush; after an exception it may be planned anew. */
  void run(
      SealingPool sealing,
      PackWriter packs,
      LabelIndex index,
      MemoryAccount memory,
      FlushCounters counters)
      throws InterruptedException {
    List<Chunk> chunks = new ArrayList<>();
    for (StreamChunks part : work) {
      for (LiveChunk chunk : part.chunks) {
        sealing.finish(chunk.blocks());
        LiveStream stream = part.stream;
        chunks.add(
            new Chunk(chunk.id(), stream.labels(), stream.fingerprint(), chunk.sealedBlocks()));
      }
    }
    List<ChunkRef> refs = packs.write(tenant, chunks, patterns()).refs();
    counters.packWritten();
    List<IndexedChunk> indexed = new ArrayList<>();
    for (int i = 0; i < refs.size(); i++) {
      Chunk chunk = chunks.get(i);
      indexed.add(new IndexedChunk(chunk.labels(), chunk.fingerprint(), refs.get(i)));
    }
    index.commit(tenant, indexed, flushedThrough());
    drop(refs, memory, counters);
  }

  /** Returns the area of the pack for the patterns; nothing if none are mined. */
  private byte[] patterns() {
    try (PatternArea.Builder area = new PatternArea.Builder()) {
      boolean any = false;
      for (StreamChunks part : work) {
        if (part.stream.miner() != null) {
          any = true;
          part.chunks.forEach(chunk -> area.add(chunk.id(), chunk.patterns()));
        }
      }
      return any ? area.build() : new byte[0];
    }
  }

  private Map<Fingerprint, Long> flushedThrough() {
    Map<Fingerprint, Long> positions = new HashMap<>();
    for (StreamChunks part : work) {
      // Chunks that are filled side by side are closed together, and none of them is the later one.
      positions.put(
          part.stream.fingerprint(),
          part.chunks.stream().mapToLong(LiveChunk::lastPosition).max().orElseThrow());
    }
    return positions;
  }

  private void drop(List<ChunkRef> refs, MemoryAccount memory, FlushCounters counters) {
    int next = 0;
    for (StreamChunks part : work) {
      part.stream.flushed(part.chunks);
      for (LiveChunk chunk : part.chunks) {
        memory.unflushedChanged(-chunk.sealedMemoryBytes());
        counters.flushed(chunk, refs.get(next++).length());
      }
    }
  }
}
