package io.skald.logql.pipeline.match;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A set of characters as ranges.
 *
 * @param ranges sorted, apart from each other
 */
record CodePointSet(List<Range> ranges) {
  /** Both ends belong to the range. */
  record Range(int first, int last) {}

  static final CodePointSet DIGITS = of('0', '9');
  static final CodePointSet WORDS = of('0', '9', 'A', 'Z', '_', '_', 'a', 'z');
  static final CodePointSet SPACES = of('\t', '\n', '\f', '\r', ' ', ' ');
  static final CodePointSet NEWLINE = of('\n', '\n');
  static final CodePointSet ALL = of(0, Character.MAX_CODE_POINT);

  /** Returns the set of the ranges {@code first, last, first, last, ...} in any order. */
  static CodePointSet of(int... bounds) {
    List<Range> ranges = new ArrayList<>();
    for (int i = 0; i < bounds.length; i += 2) {
      ranges.add(new Range(bounds[i], bounds[i + 1]));
    }
    return normalized(ranges);
  }

  private static CodePointSet normalized(List<Range> ranges) {
    List<Range> sorted = new ArrayList<>(ranges);
    sorted.sort(Comparator.comparingInt(Range::first));
    List<Range> merged = new ArrayList<>();
    for (Range range : sorted) {
      if (!merged.isEmpty() && range.first <= merged.getLast().last + 1) {
        Range before = merged.removeLast();
        merged.add(new Range(before.first, Math.max(before.last, range.last)));
      } else {
        merged.add(range);
      }
    }
    return new CodePointSet(List.copyOf(merged));
  }

  CodePointSet union(CodePointSet other) {
    List<Range> all = new ArrayList<>(ranges);
    all.addAll(other.ranges);
    return normalized(all);
  }

  CodePointSet complement() {
    List<Range> gaps = new ArrayList<>();
    int from = 0;
    for (Range range : ranges) {
      if (range.first > from) {
        gaps.add(new Range(from, range.first - 1));
      }
      from = range.last + 1;
    }
    if (from <= Character.MAX_CODE_POINT) {
      gaps.add(new Range(from, Character.MAX_CODE_POINT));
    }
    return new CodePointSet(List.copyOf(gaps));
  }

  boolean isAscii() {
    return ranges.isEmpty() || ranges.getLast().last < 0x80;
  }

  /**
   * Returns the set in either case. The set must be ASCII; two of its letters have a third form
   * outside of ASCII, U+212A for k and U+017F for s.
   */
  CodePointSet foldedAscii() {
    List<Range> all = new ArrayList<>(ranges);
    for (int upper = 'A'; upper <= 'Z'; upper++) {
      int lower = upper + 32;
      if (contains(upper) || contains(lower)) {
        all.add(new Range(upper, upper));
        all.add(new Range(lower, lower));
        if (lower == 'k') {
          all.add(new Range(0x212A, 0x212A));
        } else if (lower == 's') {
          all.add(new Range(0x17F, 0x17F));
        }
      }
    }
    return normalized(all);
  }

  private boolean contains(int codePoint) {
    return ranges.stream()
        .anyMatch(range -> range.first <= codePoint && codePoint <= range.last);
  }
}
