package io.skald.logql.pipeline;

import io.skald.common.block.BlockView;
import io.skald.logql.pipeline.match.LineTest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * What the stages of one pipeline let pass, counted while a query runs to be analysed: filters run
 * one by one and line by line then, which is slower than together but counts each. Thread-safe.
 */
public final class StageCounts {
  /**
   * What was counted of one stage.
   *
   * @param text the stage as in a query
   * @param linesIn lines it looked at
   * @param linesOut lines it let pass
   * @param blocksSkipped blocks that were not read, as this filter was sure that no line passes
   * @param bytesSkipped line bytes of these blocks
   */
  public record Count(
      String text, long linesIn, long linesOut, long blocksSkipped, long bytesSkipped) {}

  private static final class Adders {
    final LongAdder linesIn = new LongAdder();
    final LongAdder linesOut = new LongAdder();
    final LongAdder blocksSkipped = new LongAdder();
    final LongAdder bytesSkipped = new LongAdder();
  }

  private final List<String> texts;
  private final Adders[] adders;

  /** The leading line filters, one each. */
  private final List<LineTest> tests;

  private final List<BlockFilter> filters;

  StageCounts(List<String> texts, List<LineTest> leadingTests) {
    this.texts = List.copyOf(texts);
    this.tests = List.copyOf(leadingTests);
    this.filters = tests.stream().map(test -> new BlockFilter(List.of(test))).toList();
    this.adders = new Adders[texts.size()];
    Arrays.setAll(adders, _ -> new Adders());
  }

  /** Returns how many line filters run over blocks. */
  int leading() {
    return tests.size();
  }

  void looked(int stage, boolean passed) {
    adders[stage].linesIn.increment();
    if (passed) {
      adders[stage].linesOut.increment();
    }
  }

  /** Returns whether certainly no line of the block passes, and puts it to the filter's account. */
  public boolean canSkip(BlockView block) {
    for (int i = 0; i < filters.size(); i++) {
      if (filters.get(i).canSkip(block)) {
        adders[i].blocksSkipped.increment();
        adders[i].bytesSkipped.add(block.lineBytes());
        return true;
      }
    }
    return false;
  }

  /**
   * Selects the lines in [from, to) that pass all leading filters.
   *
   * @param out takes their numbers; has room for all
   * @return how many there are
   */
  public int select(BlockView block, int from, int to, int[] out) {
    int[] offsets = block.lineOffsets();
    byte[] lines = block.lines();
    int selected = 0;
    for (int line = from; line < to; line++) {
      if (passes(lines, offsets[line], offsets[line + 1])) {
        out[selected++] = line;
      }
    }
    return selected;
  }

  private boolean passes(byte[] area, int start, int end) {
    for (int i = 0; i < tests.size(); i++) {
      boolean passed = tests.get(i).test(area, start, end);
      looked(i, passed);
      if (!passed) {
        return false;
      }
    }
    return true;
  }

  /** Returns the counts, in the order the stages run. */
  public List<Count> counts() {
    List<Count> counts = new ArrayList<>(adders.length);
    for (int i = 0; i < adders.length; i++) {
      Adders one = adders[i];
      counts.add(
          new Count(
              texts.get(i),
              one.linesIn.sum(),
              one.linesOut.sum(),
              one.blocksSkipped.sum(),
              one.bytesSkipped.sum()));
    }
    return counts;
  }
}
