package io.skald.querier.source;

import io.skald.common.block.BlockView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Removes entries of one stream that stand in more than one of its blocks: a push that was sent
 * again, or a replica. Entries are the same when timestamp, line and structured metadata are equal;
 * the block that arrived first keeps the entry.
 *
 * <p>The work follows the suspicion: blocks that do not overlap in time are not opened; of
 * overlapping ones only timestamps are read; lengths and metadata of entries with a common
 * timestamp come next; line bytes only when all of that is equal.
 */
final class DuplicateFilter {
  private DuplicateFilter() {}

  /**
   * @param blocks in arrival order, no entry twice inside one block
   * @return the blocks in the same order, without the later copies; a block that held nothing else
   *     is left out
   */
  static List<BlockView> withoutDuplicates(List<BlockView> blocks) {
    int count = blocks.size();
    if (count < 2) {
      return blocks;
    }
    Integer[] byStart = new Integer[count];
    Arrays.setAll(byStart, i -> i);
    Arrays.sort(byStart, Comparator.comparingLong(i -> blocks.get(i).minTimestamp()));
    @Nullable BitSet[] dropped = new BitSet[count];
    boolean any = false;
    List<Integer> open = new ArrayList<>();
    for (int next : byStart) {
      long start = blocks.get(next).minTimestamp();
      open.removeIf(other -> blocks.get(other).maxTimestamp() < start);
      for (int other : open) {
        any |= markCopies(blocks, Math.min(other, next), Math.max(other, next), dropped);
      }
      open.add(next);
    }
    return any ? apply(blocks, dropped) : blocks;
  }

  /** Marks the rows of {@code later} that {@code earlier} holds too. */
  private static boolean markCopies(
      List<BlockView> blocks, int earlier, int later, @Nullable BitSet[] dropped) {
    BlockView a = blocks.get(earlier);
    BlockView b = blocks.get(later);
    long[] left = a.timestamps();
    long[] right = b.timestamps();
    long from = Math.max(a.minTimestamp(), b.minTimestamp());
    int i = a.lowerBound(from);
    int j = b.lowerBound(from);
    boolean any = false;
    while (i < a.size() && j < b.size()) {
      if (left[i] < right[j]) {
        i++;
      } else if (left[i] > right[j]) {
        j++;
      } else {
        int runStart = i;
        long timestamp = left[i];
        while (i < a.size() && left[i] == timestamp) {
          i++;
        }
        for (; j < b.size() && right[j] == timestamp; j++) {
          if (holds(a, runStart, i, b, j)) {
            BitSet rows = dropped[later];
            if (rows == null) {
              rows = new BitSet(b.size());
              dropped[later] = rows;
            }
            rows.set(j);
            any = true;
          }
        }
      }
    }
    return any;
  }

  /**
   * Returns whether one of the rows [from, to) of {@code a} equals row {@code row} of {@code b}.
   */
  private static boolean holds(BlockView a, int from, int to, BlockView b, int row) {
    int[] offsetsA = a.lineOffsets();
    int[] offsetsB = b.lineOffsets();
    int length = offsetsB[row + 1] - offsetsB[row];
    for (int i = from; i < to; i++) {
      if (offsetsA[i + 1] - offsetsA[i] == length
          && a.metadata().get(a.metadataIds()[i]).equals(b.metadata().get(b.metadataIds()[row]))
          && Arrays.equals(
              a.lines(),
              offsetsA[i],
              offsetsA[i + 1],
              b.lines(),
              offsetsB[row],
              offsetsB[row + 1])) {
        return true;
      }
    }
    return false;
  }

  private static List<BlockView> apply(List<BlockView> blocks, @Nullable BitSet[] dropped) {
    List<BlockView> result = new ArrayList<>(blocks.size());
    for (int i = 0; i < blocks.size(); i++) {
      BlockView block = blocks.get(i);
      BitSet rows = dropped[i];
      if (rows == null) {
        result.add(block);
      } else if (rows.cardinality() < block.size()) {
        rows.flip(0, block.size());
        result.add(new RowSubset(block, rows.stream().toArray()));
      }
    }
    return result;
  }
}
