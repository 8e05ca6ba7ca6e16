package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.LineTemplates;
import io.skald.logql.pipeline.LineReducer;
import org.jspecify.annotations.Nullable;

/**
 * The lines of selected entries, or the parts of them that matter, whichever costs least to read.
 *
 * @param bySelection whether offsets are those of the selected lines, or of all lines of the block
 */
record SelectedLines(byte[] area, int[] offsets, boolean bySelection, BlockSelection selection) {
  /** Above this share, putting lines together one by one gains nothing. */
  private static final double MAX_SHARE = 0.5;

  /**
   * @param reducer finds the parts that matter; null if whole lines are needed
   */
  static SelectedLines of(
      BlockView block, BlockSelection selection, @Nullable LineReducer reducer) {
    boolean few = selection.size() < MAX_SHARE * block.size();
    LineTemplates templates = reducer != null || few ? block.templates() : null;
    if (templates == null) {
      return new SelectedLines(block.lines(), block.lineOffsets(), false, selection);
    }
    int[] entries = selection.entries();
    int count = selection.size();
    LineTemplates.Lines lines =
        templates.lines(
            entries, count, reducer == null ? null : reducer.parts(templates, entries, count));
    return new SelectedLines(lines.bytes(), lines.offsets(), true, selection);
  }

  /** Returns where the line of a selected entry begins in {@link #area}. */
  int start(int index) {
    return offsets[bySelection ? index : selection.entry(index)];
  }

  int end(int index) {
    return offsets[(bySelection ? index : selection.entry(index)) + 1];
  }
}
