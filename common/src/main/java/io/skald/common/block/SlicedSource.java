package io.skald.common.block;

import io.skald.common.model.LabelMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The entries of a source in a range of time, to the nanosecond. */
public final class SlicedSource implements LogSource {
  private final LogSource source;
  private final long earliestNanos;
  private final long latestNanos;

  /**
   * @param earliestNanos the first timestamp that can be seen
   * @param latestNanos the last one, inclusive
   */
  public SlicedSource(LogSource source, long earliestNanos, long latestNanos) {
    this.source = source;
    this.earliestNanos = earliestNanos;
    this.latestNanos = latestNanos;
  }

  @Override
  public List<StreamBlocks> select(
      List<LabelMatcher> matchers, long fromNanos, long throughNanos, ReadRoom room) {
    long first = Math.max(fromNanos, earliestNanos);
    long last = Math.min(throughNanos, latestNanos);
    if (last < first) {
      return List.of();
    }
    List<StreamBlocks> result = new ArrayList<>();
    for (StreamBlocks stream : source.select(matchers, first, last, room)) {
      List<BlockView> blocks = new ArrayList<>(stream.blocks().size());
      for (BlockView block : stream.blocks()) {
        int from = block.lowerBound(earliestNanos);
        int to = block.upperBound(latestNanos);
        if (from == 0 && to == block.size()) {
          blocks.add(block);
        } else if (from < to) {
          blocks.add(new RowSubset(block, IntStream.range(from, to).toArray()));
        }
      }
      if (!blocks.isEmpty()) {
        result.add(new StreamBlocks(stream.labels(), blocks));
      }
    }
    return result;
  }
}
