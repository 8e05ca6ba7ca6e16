package io.skald.common.block;

import io.skald.common.model.Labels;
import java.util.List;

/**
 * A stream and those of its blocks that a query has to look at.
 *
 * @param blocks in arrival order; together they hold no entry twice, but they may overlap in time
 */
public record StreamBlocks(Labels labels, List<BlockView> blocks) {
  public StreamBlocks {
    blocks = List.copyOf(blocks);
  }
}
