package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.index.IndexedStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/**
 * Names what the entries of ranges of time are made of: the stored chunks that overlap them, and
 * the delete requests that hide some of their entries. Chunks never change, so equal names mean
 * equal entries; a compaction that moves them changes the name and not the entries.
 *
 * <p>A name is a digest (SHA-256), as two sets of chunks must not have one name.
 */
final class DataVersions {
  private final List<TimeRange> ranges;
  private final List<MessageDigest> digests = new ArrayList<>();

  /** Ranges some of whose entries are in memory. */
  private final BitSet unstored = new BitSet();

  DataVersions(List<TimeRange> ranges) {
    this.ranges = ranges;
    for (int i = 0; i < ranges.size(); i++) {
      digests.add(digest());
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Adds what was found of one tenant. */
  void add(TenantId tenant, List<DeleteRequest> deletes, StreamSources.Found found) {
    for (RecentStream stream : found.inMemory()) {
      stream.blocks().forEach(this::addUnstored);
    }
    List<IndexedStream> streams =
        found.indexed().stream().sorted(Comparator.comparing(IndexedStream::fingerprint)).toList();
    for (int range = 0; range < ranges.size(); range++) {
      if (!unstored.get(range)) {
        add(ranges.get(range), digests.get(range), tenant, deletes, streams);
      }
    }
  }

  private void addUnstored(BlockView block) {
    for (int range = 0; range < ranges.size(); range++) {
      TimeRange time = ranges.get(range);
      if (block.minTimestamp() <= time.throughNanos() && block.maxTimestamp() >= time.fromNanos()) {
        unstored.set(range);
      }
    }
  }

  private static void add(
      TimeRange range,
      MessageDigest digest,
      TenantId tenant,
      List<DeleteRequest> deletes,
      List<IndexedStream> streams) {
    add(digest, "tenant", tenant.value());
    for (DeleteRequest delete : deletes) {
      if (delete.overlaps(range.fromNanos(), range.throughNanos())) {
        add(
            digest,
            "delete",
            delete.id(),
            delete.query(),
            Long.toString(delete.startNanos()),
            Long.toString(delete.endNanos()));
      }
    }
    for (IndexedStream stream : streams) {
      List<ChunkRef> chunks =
          stream.chunks().stream()
              .filter(chunk -> chunk.overlaps(range.fromNanos(), range.throughNanos()))
              .sorted(Comparator.comparingLong(ChunkRef::chunkId))
              .toList();
      for (ChunkRef chunk : chunks) {
        add(
            digest,
            "chunk",
            Long.toHexString(stream.fingerprint().high()),
            Long.toHexString(stream.fingerprint().low()),
            Long.toHexString(chunk.chunkId()),
            chunk.packKey(),
            Long.toString(chunk.offset()),
            Long.toString(chunk.entries()));
      }
    }
  }

  /** Adds texts so that no others look the same. */
  private static void add(MessageDigest digest, String... texts) {
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
      digest.update(bytes);
    }
  }

  /** Returns the name of each range; empty where there is none. Called once. */
  List<String> names() {
    List<String> names = new ArrayList<>();
    for (int range = 0; range < ranges.size(); range++) {
      names.add(unstored.get(range) ? "" : HexFormat.of().formatHex(digests.get(range).digest()));
    }
    return names;
  }
}
