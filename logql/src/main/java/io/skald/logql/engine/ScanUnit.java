package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One block to look at.
 *
 * @param stream number of its stream in the order of label texts
 * @param arrival number of the block among the blocks of its stream
 */
record ScanUnit(int stream, Labels labels, int arrival, BlockView block) {
  /** What a unit and the description of its block take; columns come and go with the work. */
  private static final int BYTES = 256;

  /** Returns what was taken for blocks that were selected. */
  static long heldBytes(List<ScanUnit> units) {
    return units.stream().mapToLong(unit -> BYTES + unit.block.heldBytes()).sum();
  }

  /**
   * Returns the blocks that overlap {@code [fromNanos, throughNanos]}, streams in the order of
   * their label texts as bytes, blocks of a stream in arrival order. All tie-breaks between entries
   * follow this order.
   */
  static List<ScanUnit> select(
      QueryContext context, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return context
        .budget()
        .fetch(
            context.threads(),
            context.cancellation(),
            context.patient(),
            room -> select(context, matchers, fromNanos, throughNanos, room));
  }

  private static List<ScanUnit> select(
      QueryContext context,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos,
      MemoryBudget.EntryRoom room) {
    List<StreamBlocks> streams =
        new ArrayList<>(context.source().select(matchers, fromNanos, throughNanos, room));
    streams.sort(Comparator.comparing(StreamBlocks::labels, LabelText.ORDER));
    List<ScanUnit> units = new ArrayList<>();
    for (int i = 0; i < streams.size(); i++) {
      StreamBlocks stream = streams.get(i);
      List<BlockView> blocks = stream.blocks();
      for (int arrival = 0; arrival < blocks.size(); arrival++) {
        BlockView block = blocks.get(arrival);
        if (block.minTimestamp() <= throughNanos && block.maxTimestamp() >= fromNanos) {
          units.add(new ScanUnit(i, stream.labels(), arrival, block));
        }
      }
    }
    // Copies of entries that others hold too, and blocks outside of the range, are garbage now.
    room.releaseTo(units.stream().mapToLong(unit -> unit.block.heldBytes()).sum());
    room.take((long) BYTES * units.size());
    context.statistics().streams.add(streams.size());
    context.statistics().blocksTotal.add(units.size());
    return units;
  }
}
