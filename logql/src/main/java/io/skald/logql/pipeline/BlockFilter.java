package io.skald.logql.pipeline;

import io.skald.common.block.BlockView;
import io.skald.logql.pipeline.match.ByteSearch;
import io.skald.logql.pipeline.match.LineTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Line filters over whole blocks. Immutable and thread-safe.
 *
 * <p>One filter leads: its literals are searched in the bytes of all lines at once, and only the
 * lines that hold one are looked at by the others. A leading filter may also be a negative one;
 * then the lines that do not hold its literals are the candidates. Without literals every line is
 * tested.
 */
public final class BlockFilter {
  /** Shorter literals are not in a block's skip filter. */
  private static final int MIN_SKIP_LENGTH = 4;

  private final @Nullable LineTest leader;
  private final List<ByteSearch> literals;

  /** Whether lines with a literal are the candidates, or those without. */
  private final boolean positive;

  /** Whether finding a literal in a line decides what {@link #leader} says of it. */
  private final boolean decided;

  private final LineTest[] others;

  /** Sets of literals; a line must hold one of each set. */
  private final List<List<byte[]>> skipLiterals;

  @SuppressWarnings("ReferenceEquality") // Leaves out the leader itself, not one that is equal.
  BlockFilter(List<LineTest> tests) {
    LineTest positiveLeader = mostSelective(tests);
    LineTest negativeLeader = positiveLeader == null ? firstExcluding(tests) : null;
    this.positive = positiveLeader != null;
    this.leader = positiveLeader != null ? positiveLeader : negativeLeader;
    LineTest searched = negativeLeader != null ? negativeLeader.negated() : positiveLeader;
    this.literals = searched == null ? List.of() : searched.requiredAnyOf();
    this.decided = searched != null && searched.decidedByLiterals();
    this.others = tests.stream().filter(test -> test != leader).toArray(LineTest[]::new);
    this.skipLiterals = new ArrayList<>();
    for (LineTest test : tests) {
      for (List<ByteSearch> set : test.requiredSets()) {
        List<byte[]> certain = certainParts(set);
        if (!certain.isEmpty()) {
          skipLiterals.add(certain);
        }
      }
    }
  }

  /** Returns the test whose shortest literal is the longest, or null if none has literals. */
  private static @Nullable LineTest mostSelective(List<LineTest> tests) {
    LineTest best = null;
    int bestLength = 0;
    for (LineTest test : tests) {
      int length = test.requiredAnyOf().stream().mapToInt(ByteSearch::length).min().orElse(0);
      if (length > bestLength) {
        best = test;
        bestLength = length;
      }
    }
    return best;
  }

  private static @Nullable LineTest firstExcluding(List<LineTest> tests) {
    return tests.stream()
        .filter(test -> !test.negated().requiredAnyOf().isEmpty())
        .findFirst()
        .orElse(null);
  }

  /** Returns what a block is asked for, or nothing if one of the literals is too short for it. */
  private static List<byte[]> certainParts(List<ByteSearch> set) {
    List<byte[]> parts = new ArrayList<>();
    for (ByteSearch literal : set) {
      byte[] certain = longestCertainPart(literal);
      if (certain.length < MIN_SKIP_LENGTH) {
        return List.of();
      }
      parts.add(certain);
    }
    return parts;
  }

  /**
   * Returns the longest part that stands in a line as it is: with case ignored, without letters.
   */
  private static byte[] longestCertainPart(ByteSearch search) {
    byte[] literal = search.literal();
    if (!search.ignoresCase()) {
      return literal;
    }
    int bestStart = 0;
    int bestEnd = 0;
    int start = 0;
    for (int i = 0; i <= literal.length; i++) {
      if (i == literal.length || (literal[i] >= 'a' && literal[i] <= 'z')) {
        if (i - start > bestEnd - bestStart) {
          bestStart = start;
          bestEnd = i;
        }
        start = i + 1;
      }
    }
    return Arrays.copyOfRange(literal, bestStart, bestEnd);
  }

  /** Returns whether there is no filter: every line is selected. */
  public boolean isEmpty() {
    return leader == null && others.length == 0;
  }

  /** Returns whether certainly no line of the block passes, without reading lines. */
  public boolean canSkip(BlockView block) {
    for (List<byte[]> anyOf : skipLiterals) {
      boolean possible = false;
      for (byte[] literal : anyOf) {
        possible |= block.mayContain(literal);
      }
      if (!possible) {
        return true;
      }
    }
    return false;
  }

  /**
   * Selects the lines in [from, to) that pass all filters.
   *
   * @param out receives their indexes, ascending; needs room for {@code to - from}
   * @return how many there are
   */
  public int select(BlockView block, int from, int to, int[] out) {
    int selected = 0;
    if (isEmpty()) {
      for (int line = from; line < to; line++) {
        out[selected++] = line;
      }
      return selected;
    }
    int[] offsets = block.lineOffsets();
    byte[] area = block.lines();
    if (literals.isEmpty()) {
      for (int line = from; line < to; line++) {
        if (passesAll(area, offsets[line], offsets[line + 1])) {
          out[selected++] = line;
        }
      }
      return selected;
    }
    HitSearch hits = new HitSearch(literals, area, offsets[to]);
    int line = from;
    while (line < to) {
      int hit = hits.next(offsets[line]);
      int hitLine = hit < 0 ? to : lineOf(offsets, hit, line, to);
      if (!positive) {
        for (; line < hitLine; line++) {
          if (passesOthers(area, offsets[line], offsets[line + 1])) {
            out[selected++] = line;
          }
        }
      }
      if (hitLine == to) {
        break;
      }
      int start = offsets[hitLine];
      int end = offsets[hitLine + 1];
      boolean sure = decided && hit + hits.hitLength() <= end;
      if ((sure ? positive : leaderPasses(area, start, end)) && passesOthers(area, start, end)) {
        out[selected++] = hitLine;
      }
      line = hitLine + 1;
    }
    return selected;
  }

  private boolean passesAll(byte[] area, int start, int end) {
    return leaderPasses(area, start, end) && passesOthers(area, start, end);
  }

  private boolean leaderPasses(byte[] area, int start, int end) {
    return leader == null || leader.test(area, start, end);
  }

  private boolean passesOthers(byte[] area, int start, int end) {
    for (LineTest test : others) {
      if (!test.test(area, start, end)) {
        return false;
      }
    }
    return true;
  }

  /** Returns the line in [from, to) that holds the byte at {@code position}; looks near first. */
  private static int lineOf(int[] offsets, int position, int from, int to) {
    int step = 1;
    int low = from;
    while (low + step < to && offsets[low + step] <= position) {
      low += step;
      step *= 2;
    }
    int high = Math.min(to, low + step);
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (offsets[middle] <= position) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Finds the next position of any of some literals; each literal passes over the bytes once. */
  private static final class HitSearch {
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
}
