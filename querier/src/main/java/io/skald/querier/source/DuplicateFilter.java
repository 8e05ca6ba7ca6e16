package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.RowSubset;
import io.skald.common.model.Labels;
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
   * @param pause called between two blocks
   * @return the blocks in the same order, without the later copies; a block that held nothing else
   *     is left out
   */
  static List<BlockView> withoutDuplicates(List<BlockView> blocks, Runnable pause) {
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
        pause.run();
        any |= markCopies(blocks, Math.min(other, next), Math.max(other, next), dropped);
      }
      open.add(next);
    }
    return any ? apply(blocks, dropped) : blocks;
  }

  /**
   * Marks the rows of {@code later} that {@code earlier} holds too. Rows that are marked already
   * need not be looked at: those of {@code earlier} are in a block before it, which is compared
   * with {@code later} as well.
   */
  private static boolean markCopies(
      List<BlockView> blocks, int earlier, int later, @Nullable BitSet[] dropped) {
    BlockView a = blocks.get(earlier);
    BlockView b = blocks.get(later);
    if (isGone(a, dropped[earlier]) || isGone(b, dropped[later])) {
      return false;
    }
    BitSet goneA = dropped[earlier];
    BitSet goneB = dropped[later];
    long[] left = a.timestamps();
    long[] right = b.timestamps();
    Rows rowsA = new Rows(a);
    Rows rowsB = new Rows(b);
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
          if ((goneB == null || !goneB.get(j)) && holds(rowsA, goneA, runStart, i, rowsB, j)) {
            if (goneB == null) {
              goneB = new BitSet(b.size());
              dropped[later] = goneB;
            }
            goneB.set(j);
            any = true;
          }
        }
      }
    }
    return any;
  }

  private static boolean isGone(BlockView block, @Nullable BitSet dropped) {
    return dropped != null && dropped.cardinality() == block.size();
  }

  /** The columns of a block that rows are compared by, held while it is compared with another. */
  private static final class Rows {
    private final BlockView block;
    private int @Nullable [] offsets;
    private int @Nullable [] metadataIds;
    private @Nullable MetadataTable metadata;
    private byte @Nullable [] lines;

    Rows(BlockView block) {
      this.block = block;
    }

    int[] offsets() {
      return offsets == null ? offsets = block.lineOffsets() : offsets;
    }

    byte[] lines() {
      return lines == null ? lines = block.lines() : lines;
    }

    Labels metadata(int row) {
      if (metadata == null || metadataIds == null) {
        metadata = block.metadata();
        metadataIds = block.metadataIds();
      }
      return metadata.get(metadataIds[row]);
    }
  }

  /**
   * Returns whether one of the rows [from, to) of {@code a} that are left equals row {@code row} of
   * {@code b}.
   */
  private static boolean holds(Rows a, @Nullable BitSet gone, int from, int to, Rows b, int row) {
    int[] offsetsA = a.offsets();
    int[] offsetsB = b.offsets();
    int length = offsetsB[row + 1] - offsetsB[row];
    for (int i = from; i < to; i++) {
      if (offsetsA[i + 1] - offsetsA[i] == length
          && (gone == null || !gone.get(i))
          && a.metadata(i).equals(b.metadata(row))
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
