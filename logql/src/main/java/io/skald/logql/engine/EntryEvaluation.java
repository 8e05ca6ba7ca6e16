package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.LabelView;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.LineReducer;
import io.skald.logql.pipeline.Unwrapper;
import io.skald.logql.syntax.LogRange;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Runs the stages of a range aggregation on entries, and finds the series and the value of each.
 * Reads no more of a line than the stages look at, and remembers what became of lines, or parts of
 * them, that it has seen. Confined to a thread.
 */
final class EntryEvaluation {
  private static final int[] NO_IDS = {};

  private final RangePlan plan;
  private final EntryStages stages;
  private final Function<LabelView, SeriesState> stateOf;
  private final LogRange.@Nullable Unwrap unwrap;
  private final @Nullable Unwrapper unwrapper;
  private final @Nullable LineReducer reducer;

  /** Null if lines are read whole, and so hardly repeat, or the series has all labels. */
  private final @Nullable OutcomeCache outcomes;

  /** The stream of {@link #processor}; units of several scans number streams anew. */
  private @Nullable Labels processorStream;

  private @Nullable LineProcessor processor;

  /** The block that is open. */
  private @Nullable Opened opened;

  private double value;

  /** What is read of a block. */
  private record Opened(
      LineProcessor processor,
      BlockSelection selection,
      SelectedLines lines,
      MetadataTable sets,
      int[] setNumbers,
      int[] metadataIds,
      int[] offsets) {
    int setOf(int entry) {
      return metadataIds.length == 0 ? 0 : metadataIds[entry];
    }
  }

  /**
   * @param stateOf returns the state of the series of an entry that was kept
   */
  EntryEvaluation(
      RangePlan plan,
      EntryStages stages,
      Function<LabelView, SeriesState> stateOf,
      MemoryBudget budget) {
    this.plan = plan;
    this.stages = stages;
    this.stateOf = stateOf;
    this.unwrap = plan.range().unwrap();
    this.unwrapper = unwrap == null ? null : Unwrapper.compile(unwrap);
    this.reducer = stages.lineReducer();
    boolean labelsAreNamed = plan.grouping() != null && !plan.grouping().without();
    this.outcomes = reducer != null && labelsAreNamed ? new OutcomeCache(budget) : null;
  }

  /** Begins with the selected entries of a block. */
  void open(ScanUnit unit, BlockSelection selection) {
    BlockView block = unit.block();
    MetadataTable sets = block.metadata();
    this.opened =
        new Opened(
            processorFor(unit),
            selection,
            SelectedLines.of(block, selection, reducer),
            sets,
            setNumbers(sets),
            sets.size() > 1 ? block.metadataIds() : NO_IDS,
            block.lineOffsets());
  }

  private LineProcessor processorFor(ScanUnit unit) {
    LineProcessor current = processor;
    if (current == null || !unit.labels().equals(processorStream)) {
      current = stages.forStream(unit.labels());
      processor = current;
      processorStream = unit.labels();
      if (outcomes != null && reducer != null) {
        outcomes.enter(reducer.relevant(unit.labels()));
      }
    }
    return current;
  }

  private int[] setNumbers(MetadataTable sets) {
    int[] numbers = new int[sets.size()];
    for (int id = 0; id < numbers.length; id++) {
      numbers[id] = outcomes == null ? OutcomeCache.UNKNOWN_SET : outcomes.setNumber(sets.get(id));
    }
    return numbers;
  }

  /** Returns what the last entry that was kept weighs. */
  double value() {
    return value;
  }

  /**
   * Returns the series of the entry, or null if it is not kept.
   *
   * @param index in the selection
   */
  @Nullable SeriesState seriesOf(int index, long timestamp) {
    Opened block = opened;
    if (block == null) {
      throw new IllegalStateException("no block is open");
    }
    int entry = block.selection.entry(index);
    int set = block.setOf(entry);
    SeriesState state =
        outcomes == null || block.setNumbers[set] == OutcomeCache.UNKNOWN_SET
            ? evaluate(block, index, timestamp, set)
            : remembered(outcomes, block, index, timestamp, set);
    if (unwrap == null && reducer != null) {
      // No stage changes lines, and their parts do not tell.
      value = block.offsets[entry + 1] - block.offsets[entry];
    }
    return state;
  }

  private @Nullable SeriesState remembered(
      OutcomeCache known, Opened block, int index, long timestamp, int set) {
    byte[] area = block.lines.area();
    int start = block.lines.start(index);
    int end = block.lines.end(index);
    int number = block.setNumbers[set];
    if (known.find(number, area, start, end)) {
      value = known.value();
      return known.state();
    }
    SeriesState state = evaluate(block, index, timestamp, set);
    // An error shows more labels than those that are named.
    if (state == null || !block.processor.labels().hasError()) {
      known.keep(number, area, start, end, state, value);
    }
    return state;
  }

  private @Nullable SeriesState evaluate(Opened block, int index, long timestamp, int set) {
    LineProcessor entry = block.processor;
    int start = block.lines.start(index);
    int length = block.lines.end(index) - start;
    return entry.process(timestamp, block.lines.area(), start, length, block.sets.get(set))
            && hasValue(entry)
        ? stateOf.apply(entry.labels())
        : null;
  }

  /** Sets {@link #value} to what the entry weighs. */
  private boolean hasValue(LineProcessor entry) {
    if (unwrapper == null || unwrap == null) {
      value = entry.lineLength();
      return true;
    }
    if (unwrapper.unwrap(entry)) {
      value = unwrapper.value();
      return true;
    }
    value = 0;
    String text = plan.countsMissingValues() ? entry.labels().get(unwrap.label()) : "none";
    return text == null || text.isEmpty();
  }
}
