package io.skald.storage.compact;

import io.skald.common.model.Fingerprint;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.index.IndexedChunk;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Finds chunks that are better merged: small ones of one stream and day, and those that cover the
 * same time, as copies of replicas do.
 */
final class SmallChunks {
  private static final int LEAST_TOGETHER = 4;

  private SmallChunks() {}

  private record StreamDay(Fingerprint stream, int day) {}

  /**
   * Returns what is to be merged.
   *
   * @param smallBytes chunks below it are small
   * @param isMerged whether a chunk came out of a merge, and overlaps with what did not fit in
   */
  static Set<ChunkRef> find(
      List<IndexedChunk> chunks, int smallBytes, Predicate<ChunkRef> isMerged) {
    Map<StreamDay, List<ChunkRef>> days = new HashMap<>();
    for (IndexedChunk chunk : chunks) {
      int day = IndexMerge.days(chunk.chunk())[0];
      days.computeIfAbsent(new StreamDay(chunk.fingerprint(), day), _ -> new ArrayList<>())
          .add(chunk.chunk());
    }
    Set<ChunkRef> found = new HashSet<>();
    for (List<ChunkRef> day : days.values()) {
      addSmall(day, smallBytes, found);
      addOverlapping(day, isMerged, found);
    }
    return found;
  }

  /**
   * Adds small chunks of which the largest is not larger than the others together: so whatever is
   * written again is twice as large afterwards, and is written again only so often.
   */
  private static void addSmall(List<ChunkRef> chunks, int smallBytes, Set<ChunkRef> found) {
    List<ChunkRef> small = new ArrayList<>();
    long sum = 0;
    for (ChunkRef chunk : chunks) {
      if (chunk.length() < smallBytes) {
        small.add(chunk);
        sum += chunk.length();
      }
    }
    small.sort(Comparator.comparingInt(ChunkRef::length));
    while (small.size() >= LEAST_TOGETHER && small.getLast().length() > sum / 2) {
      sum -= small.removeLast().length();
    }
    if (small.size() >= LEAST_TOGETHER) {
      found.addAll(small);
    }
  }

  private static void addOverlapping(
      List<ChunkRef> chunks, Predicate<ChunkRef> isMerged, Set<ChunkRef> found) {
    List<ChunkRef> byStart = new ArrayList<>(chunks);
    byStart.sort(Comparator.comparingLong(ChunkRef::minTimestamp));
    List<ChunkRef> open = new ArrayList<>();
    for (ChunkRef next : byStart) {
      open.removeIf(other -> other.maxTimestamp() < next.minTimestamp());
      for (ChunkRef other : open) {
        long common = Math.min(other.maxTimestamp(), next.maxTimestamp()) - next.minTimestamp();
        long shorter = Math.min(span(other), span(next));
        boolean already = isMerged.test(other) && isMerged.test(next);
        if (common >= shorter / 2 && !already) {
          found.add(other);
          found.add(next);
        }
      }
      open.add(next);
    }
  }

  private static long span(ChunkRef chunk) {
    return chunk.maxTimestamp() - chunk.minTimestamp();
  }
}
