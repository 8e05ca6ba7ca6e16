package io.skald.storage.read;

import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What to read of packs for the footers and small columns of chunks, in few requests.
 *
 * <p>In packs whose lines lie apart, small columns and footers of all chunks are one stretch. In
 * older ones small columns stand at the start of a chunk and its footer at the end, so the footer
 * of one chunk and the columns of the next are one. A request costs about as much time as some
 * hundred KiB, so stretches with less than that between them are read as one; so are whole chunks
 * of a pack when they lie close together.
 */
final class RangePlan {
  /** Of a chunk; the small columns rarely take more. */
  private static final int HEAD_PART = 4;

  private static final int MAX_HEAD_BYTES = 1 << 20;

  /** Chunks up to this length are read whole. */
  private static final int SMALL_CHUNK_BYTES = 256 << 10;

  private static final int GAP_BYTES = 256 << 10;

  /** What lies this close together is one request. */
  private static final int CLOSE_BYTES = 4 << 20;

  private static final int MAX_REQUEST_BYTES = 8 << 20;

  private RangePlan() {}

  /** A stretch of a pack. */
  record Range(String key, long offset, int length) {
    long end() {
      return offset + length;
    }
  }

  /** Returns stretches that hold what is wanted of the chunks, by pack and offset. */
  static List<Range> of(List<ChunkRef> chunks) {
    Map<String, List<ChunkRef>> packs = new HashMap<>();
    chunks.forEach(
        chunk -> packs.computeIfAbsent(chunk.packKey(), _ -> new ArrayList<>()).add(chunk));
    List<Range> ranges = new ArrayList<>();
    packs.forEach((key, content) -> {
      content.sort(Comparator.comparingLong(ChunkRef::offset));
      long start = content.stream().mapToLong(RangePlan::start).min().orElseThrow();
      long end = content.getLast().mainEnd(); // lines that lie apart lie before
      if (end - start <= CLOSE_BYTES) {
        ranges.add(new Range(key, start, (int) (end - start)));
      } else {
        addParts(key, content, ranges);
      }
    });
    return ranges;
  }

  private static long start(ChunkRef chunk) {
    return chunk.linesLength() > 0 ? chunk.linesOffset() : chunk.offset();
  }

  private static void addParts(String key, List<ChunkRef> chunks, List<Range> ranges) {
    long start = -1;
    long end = -1;
    for (ChunkRef chunk : chunks) {
      boolean whole = chunk.linesLength() > 0 || chunk.length() <= SMALL_CHUNK_BYTES;
      int head = Math.min(chunk.length() / HEAD_PART, MAX_HEAD_BYTES);
      long[][] wanted =
          whole
              ? new long[][] {{chunk.offset(), chunk.mainEnd()}}
              : new long[][] {
                {chunk.offset(), chunk.offset() + head},
                {chunk.footerOffset(), chunk.footerOffset() + chunk.footerLength()}
              };
      for (long[] part : wanted) {
        if (start >= 0 && part[0] - end <= GAP_BYTES && part[1] - start <= MAX_REQUEST_BYTES) {
          end = Math.max(end, part[1]);
        } else {
          add(key, start, end, ranges);
          start = part[0];
          end = part[1];
        }
      }
    }
    add(key, start, end, ranges);
  }

  private static void add(String key, long start, long end, List<Range> ranges) {
    if (start >= 0) {
      ranges.add(new Range(key, start, Math.toIntExact(end - start)));
    }
  }
}
