package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.LogSource;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The entries of a source from an instant on, to the nanosecond. */
public final class LookbackSource implements LogSource {
  private final LogSource source;
  private final long earliestNanos;

  /**
   * @param earliestNanos the first timestamp that can be seen
   */
  public LookbackSource(LogSource source, long earliestNanos) {
    this.source = source;
    this.earliestNanos = earliestNanos;
  }

  @Override
  public List<StreamBlocks> select(List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    if (throughNanos < earliestNanos) {
      return List.of();
    }
    List<StreamBlocks> result = new ArrayList<>();
    for (StreamBlocks stream :
        source.select(matchers, Math.max(fromNanos, earliestNanos), throughNanos)) {
      List<BlockView> blocks = new ArrayList<>(stream.blocks().size());
      for (BlockView block : stream.blocks()) {
        int from = block.lowerBound(earliestNanos);
        if (from == 0) {
          blocks.add(block);
        } else if (from < block.size()) {
          blocks.add(new RowSubset(block, IntStream.range(from, block.size()).toArray()));
        }
      }
      if (!blocks.isEmpty()) {
        result.add(new StreamBlocks(stream.labels(), blocks));
      }
    }
    return result;
  }
}
