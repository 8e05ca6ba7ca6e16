package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.BlockFilter;
import io.skald.logql.pipeline.LabelNeeds;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.Stage;
import java.util.List;

/**
 * The stages of a query as the engine runs them: line filters over whole blocks, the rest on the
 * entries that are left. Immutable and thread-safe.
 */
final class EntryStages {
  private final BlockFilter filter;
  private final Pipeline rest;

  private EntryStages(Pipeline pipeline) {
    this.filter = pipeline.blockFilter();
    this.rest = pipeline.afterBlockFilter();
  }

  /**
   * @throws io.skald.logql.syntax.ParseException if a stage is not valid
   */
  static EntryStages compile(List<Stage> stages) {
    return new EntryStages(Pipeline.compile(stages));
  }

  /**
   * @throws io.skald.logql.syntax.ParseException if a stage is not valid
   */
  static EntryStages compile(RangePlan plan) {
    LabelNeeds needs = LabelNeeds.ALL;
    if (plan.prunes() && plan.grouping() != null) {
      needs = LabelNeeds.of(plan.grouping().labels());
    }
    LogRange.Unwrap unwrap = plan.range().unwrap();
    if (unwrap != null) {
      needs = needs.and(unwrap);
    }
    return new EntryStages(Pipeline.compile(plan.range().log().stages(), needs));
  }

  /** Returns whether there are line filters that run over blocks. */
  boolean filtersBlocks() {
    return !filter.isEmpty();
  }

  /** Returns whether there are stages that run entry by entry. */
  boolean processesEntries() {
    return !rest.isPassThrough();
  }

  /** Returns whether certainly no line of the block passes, without reading lines. */
  boolean canSkip(BlockView block) {
    return filter.canSkip(block);
  }

  /** Selects the entries in [from, to) that pass the filters over blocks. */
  void select(BlockView block, int from, int to, BlockSelection selection) {
    if (filter.isEmpty()) {
      selection.fillRange(from, to);
    } else {
      selection.setSize(filter.select(block, from, to, selection.room(to - from)));
    }
  }

  /** Returns what runs the stages behind the filters over blocks. */
  LineProcessor forStream(Labels stream) {
    return rest.forStream(stream);
  }
}
