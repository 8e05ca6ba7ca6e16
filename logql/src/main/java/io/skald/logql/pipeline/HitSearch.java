package io.skald.logql.pipeline;

import io.skald.logql.pipeline.match.ByteSearch;
import java.util.Arrays;
import java.util.List;

/** Finds the next position of any of some literals; each literal passes over the bytes once. */
final class HitSearch {
  private static final int UNKNOWN = -2;
  private static final int NONE = Integer.MAX_VALUE;

  private final ByteSearch[] searches;
  private final int[] nextHits;
  private final byte[] area;
  private final int end;
  private int hitLength;

  HitSearch(List<ByteSearch> searches, byte[] area, int end) {
    this.searches = searches.toArray(ByteSearch[]::new);
    this.nextHits = new int[searches.size()];
    Arrays.fill(nextHits, UNKNOWN);
    this.area = area;
    this.end = end;
  }

  /** Returns the first hit at or behind {@code from}, which must not go back; -1 if none. */
  int next(int from) {
    int first = NONE;
    for (int i = 0; i < searches.length; i++) {
      if (nextHits[i] < from) {
        int found = searches[i].find(area, from, end);
        nextHits[i] = found < 0 ? NONE : found;
      }
      if (nextHits[i] < first) {
        first = nextHits[i];
        hitLength = searches[i].length();
      }
    }
    return first == NONE ? -1 : first;
  }

  int hitLength() {
    return hitLength;
  }
}
