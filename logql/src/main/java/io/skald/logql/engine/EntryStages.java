package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.BlockFilter;
import io.skald.logql.pipeline.LabelNeeds;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.LineReducer;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.pipeline.StageCounts;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.Stage;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The stages of a query as the engine runs them: line filters over whole blocks, the rest on the
 * entries that are left. Immutable and thread-safe.
 */
final class EntryStages {
  private static final Set<String> ERROR_NAMES = Set.of("__error__", "__error_details__");

  private final Pipeline pipeline;
  private final boolean dropsErrors;
  private final BlockFilter filter;
  private final Pipeline rest;
  private final boolean keepsEveryEntry;

  /** Null unless the query is analysed. */
  private final @Nullable StageCounts counts;

  private EntryStages(Pipeline pipeline, boolean dropsErrors) {
    this(pipeline, dropsErrors, null);
  }

  private EntryStages(Pipeline pipeline, boolean dropsErrors, @Nullable StageCounts counts) {
    this.pipeline = pipeline;
    this.dropsErrors = dropsErrors;
    this.filter = pipeline.blockFilter();
    this.rest = pipeline.afterBlockFilter();
    this.counts = counts;
    this.keepsEveryEntry = pipeline.stagesInOrder().stream().noneMatch(EntryStages::mayDropEntry);
  }

  /** Returns the same stages, counting. */
  EntryStages counted(StageCounts stageCounts) {
    return new EntryStages(pipeline, dropsErrors, stageCounts);
  }

  Pipeline pipeline() {
    return pipeline;
  }

  /**
   * @throws io.skald.logql.syntax.ParseException if a stage is not valid
   */
  static EntryStages compile(List<Stage> stages) {
    return new EntryStages(Pipeline.compile(stages), false);
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
    List<Stage> stages = plan.range().log().stages();
    Pipeline whole = Pipeline.compile(stages, needs);
    List<Stage> filters = stages.stream().filter(stage -> !dropsOnlyErrors(stage)).toList();
    boolean onlyFilters = filters.stream().allMatch(Stage.LineFilter.class::isInstance);
    if (filters.size() == stages.size() || !onlyFilters || unwrap != null) {
      return new EntryStages(whole, false);
    }
    // Grafana ends its volume queries with "| drop __error__". Behind nothing but line filters
    // there
    // is no error that a stage has set, and no reason to look at entries one by one.
    return new EntryStages(Pipeline.compile(filters, needs), true);
  }

  private static boolean dropsOnlyErrors(Stage stage) {
    return stage instanceof Stage.Drop(List<Stage.LabelPick> picks)
        && picks.stream()
            .allMatch(pick -> pick.matcher() == null && ERROR_NAMES.contains(pick.name()))
        && picks.stream().anyMatch(pick -> pick.name().equals(PipelineErrors.ERROR));
  }

  /** Returns whether every entry passes, though it may come out changed. */
  boolean keepEveryEntry() {
    return keepsEveryEntry;
  }

  private static boolean mayDropEntry(Stage stage) {
    return switch (stage) {
      case Stage.LineFilter _, Stage.Filter _ -> true;
      case Stage.Json _,
          Stage.Logfmt _,
          Stage.Regexp _,
          Stage.Pattern _,
          Stage.Unpack _,
          Stage.LineFormat _,
          Stage.LabelFormat _,
          Stage.Decolorize _,
          Stage.Drop _,
          Stage.Keep _ ->
          false;
    };
  }

  /** Returns whether errors that came with the entries are dropped, which no stage then does. */
  boolean dropsErrors() {
    return dropsErrors;
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
    return counts == null ? filter.canSkip(block) : counts.canSkip(block);
  }

  /** Selects the entries in [from, to) that pass the filters over blocks. */
  void select(BlockView block, int from, int to, BlockSelection selection) {
    if (filter.isEmpty()) {
      selection.fillRange(from, to);
    } else {
      int[] room = selection.room(to - from);
      selection.setSize(
          counts == null
              ? filter.select(block, from, to, room)
              : counts.select(block, from, to, room));
    }
  }

  /** Returns what finds the parts of lines that matter, or null if they are needed whole. */
  @Nullable LineReducer lineReducer() {
    return counts == null ? rest.lineReducer() : null;
  }

  /** Returns what runs the stages behind the filters over blocks. */
  LineProcessor forStream(Labels stream) {
    return counts == null ? rest.forStream(stream) : rest.forStream(stream, counts);
  }
}
