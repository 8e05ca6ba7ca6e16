package io.skald.common.block;

import io.skald.common.model.LabelMatcher;
import java.util.List;

/**
 * The entries of one tenant, as the query engine sees them. The source decides which blocks can
 * matter; the engine still checks every timestamp.
 */
public interface LogSource {
  /**
   * Returns the streams that match all {@code matchers} and have a block that overlaps the time
   * range, in no particular order.
   *
   * @param fromNanos first timestamp, inclusive
   * @param throughNanos last timestamp, inclusive
   * @param room for as long as the blocks are used
   */
  List<StreamBlocks> select(
      List<LabelMatcher> matchers, long fromNanos, long throughNanos, ReadRoom room);
}
