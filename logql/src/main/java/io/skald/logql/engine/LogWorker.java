package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.LabelView;
import io.skald.logql.pipeline.LineProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Reads blocks for a log query, each from the side where the answer begins. Confined to a thread.
 */
final class LogWorker {
  /** A template or regex may take a hundred microseconds a line; a check takes next to nothing. */
  private static final int ENTRIES_PER_CHECK = 16;

  private final EntryStages stages;
  private final QueryRequest request;
  private final QueryContext context;
  private final FirstEntries result;
  private final long from;
  private final long through;
  private final BlockSelection selection = new BlockSelection();
  private int processorStream = -1;
  private @Nullable LineProcessor processor;

  /**
   * @param from first timestamp, inclusive
   * @param through last timestamp, inclusive
   */
  LogWorker(
      EntryStages stages,
      QueryRequest request,
      QueryContext context,
      FirstEntries result,
      long from,
      long through) {
    this.stages = stages;
    this.request = request;
    this.context = context;
    this.result = result;
    this.from = from;
    this.through = through;
  }

  void scan(ScanUnit unit) {
    context.cancellation().check();
    BlockView block = unit.block();
    boolean overlaps = block.minTimestamp() <= through && block.maxTimestamp() >= from;
    long nearest = request.forward() ? block.minTimestamp() : block.maxTimestamp();
    if (!overlaps || !result.admits(nearest) || stages.canSkip(block)) {
      context.statistics().skipped(block.lineBytes());
      return;
    }
    int first = block.lowerBound(from);
    int last = block.upperBound(through);
    stages.select(block, first, last, selection);
    if (stages.filtersBlocks()) {
      count(last - first, block.lineOffsets()[last] - block.lineOffsets()[first]);
    }
    if (selection.size() > 0) {
      process(unit);
    }
  }

  private void count(int lines, long bytes) {
    context.statistics().processedLines.add(lines);
    context.statistics().processedBytes.add(bytes);
  }

  private void process(ScanUnit unit) {
    BlockView block = unit.block();
    LineProcessor lineProcessor = processorFor(unit);
    MetadataTable sets = block.metadata();
    int[] metadataIds = sets.size() > 1 ? block.metadataIds() : new int[0];
    long[] timestamps = block.timestamps();
    SelectedLines lines = SelectedLines.of(block, selection, null);
    int looked = 0;
    long bytes = 0;
    int kept = 0;
    for (int i = 0; i < selection.size(); i++) {
      int index = request.forward() ? i : selection.size() - 1 - i;
      int entry = selection.entry(index);
      if (!result.admits(timestamps[entry])) {
        break;
      }
      if (++looked % ENTRIES_PER_CHECK == 0) {
        context.cancellation().check();
      }
      Labels metadata = metadataIds.length == 0 ? Labels.EMPTY : sets.get(metadataIds[entry]);
      int start = lines.start(index);
      int length = lines.end(index) - start;
      bytes += length;
      if (lineProcessor.process(timestamps[entry], lines.area(), start, length, metadata)) {
        kept++;
        result.offer(entry(unit, entry, timestamps[entry], lineProcessor));
      }
    }
    if (!stages.filtersBlocks()) {
      count(looked, bytes);
    }
    context.statistics().postFilterLines.add(kept);
  }

  private LogEntry entry(ScanUnit unit, int index, long timestamp, LineProcessor processed) {
    LabelView labels = processed.labels();
    boolean apart = request.categorizeLabels();
    return new LogEntry(
        timestamp,
        unit.stream(),
        unit.arrival(),
        index,
        apart ? labels.stream() : labels.all(),
        apart ? labels.structuredMetadata() : Labels.EMPTY,
        apart ? labels.parsed() : Labels.EMPTY,
        processed.copyOfLine());
  }

  private LineProcessor processorFor(ScanUnit unit) {
    LineProcessor current = processor;
    if (current == null || processorStream != unit.stream()) {
      current = stages.forStream(unit.labels());
      processor = current;
      processorStream = unit.stream();
    }
    return current;
  }
}
