package io.skald.storage.read;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.storage.chunk.ChunkRef;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much of the lines of a pack is fetched at once. A query that looks for a word needs the lines
 * of few blocks, and gets these alone; one that needs more and more of a pack gets larger and
 * larger windows, since each request costs money and about as much time as some hundred KiB.
 * Thread-safe.
 */
final class LineWindows {
  /** So many requests of a pack are made as they are asked for. */
  static final int EXACT = 4;

  /** Of the request behind these; each further one is of twice the size. */
  static final int FIRST_BYTES = 1 << 20;

  static final int MAX_BYTES = 8 << 20;

  private static final long MAX_PACKS = 10_000;

  private final long memoryBytes;
  private final Cache<String, Lines> packs =
      Caffeine.newBuilder().maximumSize(MAX_PACKS).executor(Runnable::run).build();

  /**
   * The lines of a pack that a query may want.
   *
   * @param maxBytes of a window
   * @param asked how often they had to be fetched
   */
  private record Lines(long from, long through, int maxBytes, AtomicInteger asked) {
    boolean hold(long offset, int length) {
      return offset >= from && offset + length <= through;
    }
  }

  /**
   * @param memoryBytes of the cache that windows go to: those of a query take half of it at most
   */
  LineWindows(long memoryBytes) {
    this.memoryBytes = memoryBytes;
  }

  /** Takes note of what a query may read. */
  void expect(List<ChunkRef> chunks) {
    Map<String, long[]> stretches = new HashMap<>();
    for (ChunkRef chunk : chunks) {
      if (chunk.linesLength() > 0) {
        long[] stretch =
            stretches.computeIfAbsent(chunk.packKey(), _ -> new long[] {Long.MAX_VALUE, 0});
        stretch[0] = Math.min(stretch[0], chunk.linesOffset());
        stretch[1] = Math.max(stretch[1], chunk.linesEnd());
      }
    }
    int maxBytes = (int) Math.min(MAX_BYTES, memoryBytes / 2 / Math.max(1, stretches.size()));
    stretches.forEach((key, stretch) ->
        packs.put(key, new Lines(stretch[0], stretch[1], maxBytes, new AtomicInteger())));
  }

  /** Returns what to fetch for lines that are not there. */
  RangePlan.Range fetch(String key, long offset, int length) {
    RangePlan.Range exact = new RangePlan.Range(key, offset, length);
    Lines lines = packs.getIfPresent(key);
    if (lines == null || !lines.hold(offset, length)) {
      return exact;
    }
    int further = lines.asked.incrementAndGet() - EXACT;
    if (further <= 0) {
      return exact;
    }
    long doubled = (long) FIRST_BYTES << Math.min(further - 1, 10);
    long window = Math.min(doubled, lines.maxBytes);
    if (window <= length) {
      return exact;
    }
    // Streams lie in the order in which queries read them, so what comes next lies behind.
    long end = Math.min(lines.through, offset + window);
    return new RangePlan.Range(key, offset, Math.toIntExact(end - offset));
  }
}
