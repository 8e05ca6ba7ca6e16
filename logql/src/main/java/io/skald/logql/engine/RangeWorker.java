package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.LabelView;
import io.skald.logql.syntax.Grouping;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks for a range aggregation and holds the states of the series found so far. Confined to
 * a thread.
 *
 * <p>Of a block is read what the query needs: nothing but its bounds when one pane holds it whole
 * and labels do not matter, timestamps when entries are only counted, metadata when it decides the
 * series, lines when a stage looks at them.
 */
final class RangeWorker {
  /** What a map entry and an empty state take, roughly. */
  private static final int SERIES_BYTES = 256;

  /** A template or regex may take a hundred microseconds a line; a check takes next to nothing. */
  private static final int ENTRIES_PER_CHECK = 16;

  private static final int[] NO_OFFSETS = {};

  private final RangePlan plan;
  private final EntryStages stages;
  private final Windows windows;
  private final SeriesLimit limit;
  private final QueryContext context;
  private final Map<Labels, SeriesState> states = new HashMap<>();
  private final BlockSelection selection = new BlockSelection();

  /** Whether entries are looked at one by one: for stages, or for a value. */
  private final boolean entriesAreProcessed;

  private final EntryEvaluation evaluation;

  /** The series of the last entry: the next one mostly has the same. */
  private @Nullable Labels lastSeries;

  private @Nullable SeriesState lastState;

  RangeWorker(
      RangePlan plan,
      EntryStages stages,
      Windows windows,
      SeriesLimit limit,
      QueryContext context) {
    this.plan = plan;
    this.stages = stages;
    this.windows = windows;
    this.limit = limit;
    this.context = context;
    this.evaluation = new EntryEvaluation(plan, stages, this::stateOf, context.budget());
    this.entriesAreProcessed = stages.processesEntries() || plan.range().unwrap() != null;
  }

  /** Returns what a series takes beside what its state holds, for the memory budget. */
  static long bytes(Labels series) {
    return SERIES_BYTES + LabelText.bytes(series);
  }

  Map<Labels, SeriesState> states() {
    return states;
  }

  /**
   * @param number the number of the unit, ascending from call to call
   */
  void scan(int number, ScanUnit unit) {
    context.cancellation().check();
    BlockView block = unit.block();
    PaneCursor cursor = new PaneCursor(windows, block.minTimestamp());
    if (!cursor.inWindow() && cursor.covers(block.maxTimestamp())) {
      return; // between two windows
    }
    if (stages.canSkip(block)) {
      context.statistics().skipped(block.lineBytes());
      return;
    }
    if (!stages.filtersBlocks() && !entriesAreProcessed) {
      count(number, unit, cursor);
      return;
    }
    int from = block.lowerBound(windows.from());
    int to = block.upperBound(windows.through());
    stages.select(block, from, to, selection);
    int[] offsets = block.lineOffsets();
    looked(to - from, offsets[to] - offsets[from]);
    if (selection.size() == 0) {
      return;
    }
    if (entriesAreProcessed) {
      process(number, unit, cursor);
    } else {
      countSelected(number, block, seriesOf(unit), cursor);
    }
  }

  /** Counts all entries of a block, pane by pane. */
  private void count(int number, ScanUnit unit, PaneCursor cursor) {
    BlockView block = unit.block();
    BlockSeries series = seriesOf(unit);
    if (series.isOne() && cursor.covers(block.maxTimestamp())) {
      long bytes = plan.ofBytes() ? block.lineBytes() : 0;
      addRun(number, series.of(0), cursor, block.size(), bytes);
      counted(block.size());
    } else {
      countRuns(number, block, series, cursor);
    }
  }

  private void countRuns(int number, BlockView block, BlockSeries series, PaneCursor cursor) {
    long[] timestamps = block.timestamps();
    int[] offsets = plan.ofBytes() ? block.lineOffsets() : NO_OFFSETS;
    SetCounts bySet = series.isOne() ? null : new SetCounts(series);
    int size = block.size();
    int entries = 0;
    for (int from = 0; from < size; ) {
      cursor.advance(timestamps[from]);
      int to = cursor.endIndex(timestamps, from, size);
      if (cursor.inWindow()) {
        entries += to - from;
        if (bySet == null) {
          long bytes = plan.ofBytes() ? offsets[to] - offsets[from] : 0;
          addRun(number, series.of(from), cursor, to - from, bytes);
        } else {
          bySet.count(from, to, offsets);
          bySet.flush((state, count, bytes) -> addRun(number, state, cursor, count, bytes));
        }
      }
      from = to;
    }
    counted(entries);
  }

  private void counted(int entries) {
    looked(entries, 0);
    context.statistics().postFilterLines.add(entries);
  }

  private BlockSeries seriesOf(ScanUnit unit) {
    return new BlockSeries(plan, unit, stages.dropsErrors(), this::stateOf);
  }

  /** Counts the selected entries; their series follow from stream and metadata. */
  private void countSelected(int number, BlockView block, BlockSeries series, PaneCursor cursor) {
    long[] timestamps = block.timestamps();
    int[] offsets = plan.ofBytes() ? block.lineOffsets() : NO_OFFSETS;
    int counted = 0;
    for (int i = 0; i < selection.size(); i++) {
      int entry = selection.entry(i);
      cursor.advance(timestamps[entry]);
      if (cursor.inWindow()) {
        long bytes = plan.ofBytes() ? offsets[entry + 1] - offsets[entry] : 0;
        addRun(number, series.of(entry), cursor, 1, bytes);
        counted++;
      }
    }
    context.statistics().postFilterLines.add(counted);
  }

  private void addRun(int number, SeriesState state, PaneCursor cursor, int entries, long bytes) {
    state.add(number, cursor.firstStep(), cursor.lastStep(), 0, entries, bytes);
  }

  private void looked(int lines, long bytes) {
    context.statistics().processedLines.add(lines);
    context.statistics().processedBytes.add(bytes);
  }

  /** Runs the stages on the selected entries, one by one. */
  private void process(int number, ScanUnit unit, PaneCursor cursor) {
    evaluation.open(unit, selection);
    long[] timestamps = unit.block().timestamps();
    int kept = 0;
    for (int i = 0; i < selection.size(); i++) {
      if (i % ENTRIES_PER_CHECK == ENTRIES_PER_CHECK - 1) {
        context.cancellation().check();
      }
      long timestamp = timestamps[selection.entry(i)];
      cursor.advance(timestamp);
      if (!cursor.inWindow()) {
        continue;
      }
      SeriesState state = evaluation.seriesOf(i, timestamp);
      if (state != null) {
        kept++;
        int first = cursor.firstStep();
        state.add(number, first, cursor.lastStep(), timestamp, 1, evaluation.value());
      }
    }
    context.statistics().postFilterLines.add(kept);
  }

  /** Returns the series of an entry; one with an error has none, unless the query asks for it. */
  private SeriesState stateOf(LabelView labels) {
    Grouping grouping = plan.grouping();
    if (!labels.hasError()) {
      return stateOf(grouping == null ? labels.all() : labels.group(grouping));
    }
    Labels all = labels.all();
    PipelineErrors.check(all);
    return stateOf(grouping == null ? all : labels.group(grouping), true);
  }

  private SeriesState stateOf(Labels series) {
    return stateOf(series, false);
  }

  /**
   * @param errorAllowed whether the series may carry an error
   */
  private SeriesState stateOf(Labels series, boolean errorAllowed) {
    if (series == lastSeries && lastState != null) {
      return lastState;
    }
    SeriesState state = states.get(series);
    if (state == null) {
      if (!errorAllowed) {
        PipelineErrors.check(series);
      }
      context.budget().take(bytes(series));
      state = plan.newState(windows, context.budget());
      states.put(series, state);
      limit.check(states.size());
    }
    lastSeries = series;
    lastState = state;
    return state;
  }
}
