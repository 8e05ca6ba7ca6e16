package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import java.util.Arrays;
import java.util.List;

/**
 * Tells from timestamps alone how far the answer of a log query can reach, so that only lines that
 * are in it are put together. Keeps the nearest times in a buffer of twice the limit, which is
 * sorted and halved when it is full.
 */
final class AnswerEdge {
  /** Above this many entries, the times would take more memory than they save. */
  private static final int MAX_LIMIT = 1 << 16;

  private final boolean forward;
  private final int limit;

  /** Distances from the side where the answer begins, in no order. */
  private final long[] nearest;

  private int size;

  /** No time further away is among the first. */
  private long bound = Long.MAX_VALUE;

  private AnswerEdge(boolean forward, int limit) {
    this.forward = forward;
    this.limit = limit;
    this.nearest = new long[2 * limit];
  }

  /**
   * Returns the time of the entry that is number {@code limit} of all entries in [from, through],
   * counted from the side where the answer begins; the other side if there are not as many.
   *
   * @param units sorted from the side where the answer begins
   */
  static long of(List<ScanUnit> units, boolean forward, int limit, long from, long through) {
    long end = forward ? through : from;
    if (limit < 1 || limit > MAX_LIMIT) {
      return end;
    }
    AnswerEdge edge = new AnswerEdge(forward, limit);
    for (ScanUnit unit : units) {
      BlockView block = unit.block();
      long near = forward ? block.minTimestamp() : block.maxTimestamp();
      if (edge.distance(near) > edge.bound) {
        break;
      }
      if (block.minTimestamp() <= through && block.maxTimestamp() >= from) {
        edge.add(block, block.lowerBound(from), block.upperBound(through));
      }
    }
    return edge.size < limit ? end : edge.distance(edge.cut());
  }

  /** Orders times by the direction of the query; its own inverse. */
  private long distance(long timestamp) {
    return forward ? timestamp : ~timestamp;
  }

  /** Looks at the entries [first, last) of a block. */
  private void add(BlockView block, int first, int last) {
    long[] timestamps = block.timestamps();
    int count = Math.min(limit, last - first);
    for (int i = 0; i < count; i++) {
      long distance = distance(timestamps[forward ? first + i : last - 1 - i]);
      if (distance > bound) {
        return;
      }
      nearest[size++] = distance;
      if (size == nearest.length) {
        bound = cut();
      }
    }
    if (size >= limit) {
      bound = cut();
    }
  }

  /** Keeps the nearest and returns the distance of the last of them. */
  private long cut() {
    Arrays.sort(nearest, 0, size);
    size = limit;
    return nearest[limit - 1];
  }
}
