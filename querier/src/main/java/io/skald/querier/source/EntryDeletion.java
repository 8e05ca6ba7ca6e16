package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.RowSubset;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.BlockFilter;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import io.skald.storage.delete.DeleteRequest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A delete request made ready to be applied, exact to the nanosecond. Where it has no filter, no
 * line is read. Thread-safe.
 */
public record EntryDeletion(
    DeleteRequest request,
    List<LabelMatcher> selector,
    Pipeline pipeline,
    BlockFilter filter,
    Pipeline rest) {
  public static EntryDeletion of(DeleteRequest request) {
    LogExpr query = (LogExpr) Parser.parse(request.query());
    Pipeline pipeline = Pipeline.compile(query.stages());
    return new EntryDeletion(
        request, query.selector(), pipeline, pipeline.blockFilter(), pipeline.afterBlockFilter());
  }

  /** Returns whether entries of the stream may be meant. */
  public boolean selects(Labels stream) {
    return selector.stream().allMatch(matcher -> matcher.matches(stream));
  }

  /**
   * Returns the blocks of a stream that all deletions select, without the entries that one of them
   * means; a block of which nothing is left is not among them, one that loses nothing is the same.
   */
  public static List<BlockView> without(
      List<EntryDeletion> deletions, Labels stream, List<BlockView> blocks) {
    List<BlockView> result = new ArrayList<>(blocks.size());
    for (BlockView block : blocks) {
      BlockView left = without(deletions, stream, block);
      if (left != null) {
        result.add(left);
      }
    }
    return result;
  }

  private static @Nullable BlockView without(
      List<EntryDeletion> deletions, Labels stream, BlockView block) {
    BitSet deleted = new BitSet();
    for (EntryDeletion deletion : deletions) {
      if (deletion.request.overlaps(block.minTimestamp(), block.maxTimestamp())) {
        deletion.mark(stream, block, deleted);
      }
    }
    if (deleted.isEmpty()) {
      return block;
    }
    if (deleted.cardinality() == block.size()) {
      return null;
    }
    deleted.flip(0, block.size());
    return new RowSubset(block, deleted.stream().toArray());
  }

  private void mark(Labels stream, BlockView block, BitSet deleted) {
    int from = block.lowerBound(request.startNanos());
    int to = block.upperBound(request.endNanos());
    if (from >= to) {
      return;
    }
    if (pipeline.isPassThrough()) {
      deleted.set(from, to);
      return;
    }
    if (filter.canSkip(block)) {
      return;
    }
    int[] rows = new int[to - from];
    int count = select(filter, block, from, to, rows);
    if (rest.isPassThrough()) {
      for (int i = 0; i < count; i++) {
        deleted.set(rows[i]);
      }
    } else {
      process(rest.forStream(stream), block, rows, count, deleted);
    }
  }

  private static int select(BlockFilter filter, BlockView block, int from, int to, int[] rows) {
    if (!filter.isEmpty()) {
      return filter.select(block, from, to, rows);
    }
    for (int i = from; i < to; i++) {
      rows[i - from] = i;
    }
    return to - from;
  }

  private static void process(
      LineProcessor processor, BlockView block, int[] rows, int count, BitSet deleted) {
    long[] timestamps = block.timestamps();
    int[] offsets = block.lineOffsets();
    int[] metadataIds = block.metadataIds();
    MetadataTable metadata = block.metadata();
    byte[] lines = block.lines();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      int length = offsets[row + 1] - offsets[row];
      Labels set = metadata.get(metadataIds[row]);
      if (processor.process(timestamps[row], lines, offsets[row], length, set)) {
        deleted.set(row);
      }
    }
  }
}
