package io.skald.logql.pipeline;

import java.util.Arrays;

/** Ascending ranges of positions, from and to in turn. Reusable. */
final class RangeList {
  private int[] bounds = new int[16];
  private int size;

  void clear() {
    size = 0;
  }

  void add(int from, int to) {
    if (size > 0 && bounds[size - 1] == from) {
      bounds[size - 1] = to;
      return;
    }
    if (size == bounds.length) {
      bounds = Arrays.copyOf(bounds, 2 * size);
    }
    bounds[size++] = from;
    bounds[size++] = to;
  }

  int[] toArray() {
    return Arrays.copyOf(bounds, size);
  }
}
