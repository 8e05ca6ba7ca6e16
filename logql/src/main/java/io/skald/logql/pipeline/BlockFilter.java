package io.skald.logql.pipeline;

import io.skald.common.block.BlockView;
import io.skald.common.block.LineTemplates;
import io.skald.logql.pipeline.match.ByteSearch;
import io.skald.logql.pipeline.match.LineTest;
import io.skald.logql.pipeline.match.TemplateTest;
import io.skald.logql.pipeline.match.TemplateVerdict;
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
  private final List<TemplateTest> templateTests;

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
    this.templateTests = tests.stream().map(TemplateTest::of).toList();
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
    if (isEmpty()) {
      for (int line = from; line < to; line++) {
        out[line - from] = line;
      }
      return to - from;
    }
    LineTemplates templates = block.templates();
    return templates == null
        ? selectLines(block.lines(), block.lineOffsets(), from, to, out)
        : selectByTemplate(templates, from, to, out);
  }

  /** Asks the templates first; puts together only the lines of those that do not decide. */
  private int selectByTemplate(LineTemplates templates, int from, int to, int[] out) {
    TemplateVerdict[] verdicts = new TemplateVerdict[templates.count()];
    Arrays.fill(verdicts, TemplateVerdict.YES);
    for (TemplateTest test : templateTests) {
      test.restrict(templates, verdicts);
    }
    if (allFail(verdicts)) {
      return 0;
    }
    int[] ofEntries = templates.ofEntries();
    int[] open = new int[to - from];
    int openCount = 0;
    int candidates = 0;
    for (int line = from; line < to; line++) {
      TemplateVerdict verdict = verdicts[ofEntries[line]];
      if (verdict != TemplateVerdict.NO) {
        out[candidates++] = line;
        if (verdict == TemplateVerdict.MAYBE) {
          open[openCount++] = line;
        }
      }
    }
    return openCount == 0
        ? candidates
        : withoutFailed(out, candidates, open, openCount, passing(templates, open, openCount));
  }

  private static boolean allFail(TemplateVerdict[] verdicts) {
    for (TemplateVerdict verdict : verdicts) {
      if (verdict != TemplateVerdict.NO) {
        return false;
      }
    }
    return true;
  }

  /** Returns which of some lines pass; a line's bytes decide. */
  private boolean[] passing(LineTemplates templates, int[] entries, int count) {
    LineTemplates.Lines lines = templates.lines(entries, count, null);
    int[] passed = new int[count];
    int passedCount = selectLines(lines.bytes(), lines.offsets(), 0, count, passed);
    boolean[] passing = new boolean[count];
    for (int i = 0; i < passedCount; i++) {
      passing[passed[i]] = true;
    }
    return passing;
  }

  /** Removes from ascending lines those of {@code open} that do not pass. */
  private static int withoutFailed(
      int[] lines, int count, int[] open, int openCount, boolean[] passing) {
    int kept = 0;
    int at = 0;
    for (int i = 0; i < count; i++) {
      boolean isOpen = at < openCount && open[at] == lines[i];
      if (!isOpen || passing[at]) {
        lines[kept++] = lines[i];
      }
      at += isOpen ? 1 : 0;
    }
    return kept;
  }

  private int selectLines(byte[] area, int[] offsets, int from, int to, int[] out) {
    int selected = 0;
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
}
