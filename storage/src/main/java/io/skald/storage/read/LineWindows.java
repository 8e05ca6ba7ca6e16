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
 * larger windows, since each request costs money and about as much time as some hundred KiB. Of a
 * query that touches one pack all lines are the second request for lines: with the one for all else
 * it is never more than three, and what the user asks next is there. Thread-safe.
 */
final class LineWindows {
  /** So many requests of a pack are made as they are asked for. */
  static final int EXACT = 4;

  /** Of the request behind these; each further one is of twice the size. */
  static final int FIRST_BYTES = 1 << 20;

  static final int MAX_BYTES = 8 << 20;

  /** A window ends where so much is known; less is fetched again, as another request is dearer. */
  static final int WORTH_SPARING_BYTES = 128 << 10;

  private static final int MAX_BYTES_OF_ONE = 64 << 20;

  /** The same of the only pack of a query. */
  private static final int EXACT_OF_ONE = 1;

  private static final long MAX_PACKS = 10_000;

  private final long memoryBytes;
  private final Cache<String, Lines> packs =
      Caffeine.newBuilder().maximumSize(MAX_PACKS).executor(Runnable::run).build();

  /**
   * The lines of a pack that a query may want.
   *
   * @param maxBytes of a window
   * @param isOnly whether the query touches no other pack
   * @param asked how often they had to be fetched
   */
  private record Lines(long from, long through, int maxBytes, boolean isOnly, AtomicInteger asked) {
    boolean hold(long offset, int length) {
      return offset >= from && offset + length <= through;
    }
  }

  /**
   * @param memoryBytes of the cache that windows go to: those of a query take half of it at most,
   *     that of a single pack three quarters
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
    boolean isOnly = stretches.size() == 1;
    long maxBytes =
        isOnly
            ? Math.min(MAX_BYTES_OF_ONE, memoryBytes / 4 * 3)
            : Math.min(MAX_BYTES, memoryBytes / 2 / Math.max(1, stretches.size()));
    stretches.forEach((key, stretch) ->
        packs.put(
            key, new Lines(stretch[0], stretch[1], (int) maxBytes, isOnly, new AtomicInteger())));
  }

  /** Returns where the lines of a pack begin that a query may want; {@code offset} if none are. */
  long start(String key, long offset) {
    Lines lines = packs.getIfPresent(key);
    return lines == null || lines.from > offset ? offset : lines.from;
  }

  /** Returns what to fetch for lines that are not there. */
  RangePlan.Range fetch(String key, long offset, int length) {
    RangePlan.Range exact = new RangePlan.Range(key, offset, length);
    Lines lines = packs.getIfPresent(key);
    if (lines == null || !lines.hold(offset, length)) {
      return exact;
    }
    int further = lines.asked.incrementAndGet() - (lines.isOnly ? EXACT_OF_ONE : EXACT);
    if (further <= 0) {
      return exact;
    }
    if (lines.isOnly && lines.through - lines.from <= lines.maxBytes) {
      return new RangePlan.Range(key, lines.from, (int) (lines.through - lines.from));
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
