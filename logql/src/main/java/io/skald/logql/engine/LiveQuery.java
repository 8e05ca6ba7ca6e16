package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import io.skald.logql.pipeline.LabelView;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.syntax.LogExpr;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates a log query block by block, for entries that come one after the other. Compiled once.
 * Confined to a thread.
 */
public final class LiveQuery {
  private final EntryStages stages;
  private final boolean categorizeLabels;
  private final BlockSelection selection = new BlockSelection();
  private Labels processorStream = Labels.EMPTY;
  private @Nullable LineProcessor processor;

  /** Takes an entry that passed, with labels as in the answer of a query. */
  @FunctionalInterface
  public interface Sink {
    void take(Labels labels, QueryResult.Entry entry);
  }

  /**
   * @param categorizeLabels whether labels are kept apart by where they come from
   * @throws io.skald.logql.syntax.ParseException if a stage cannot be compiled
   */
  public LiveQuery(LogExpr query, boolean categorizeLabels) {
    this.stages = EntryStages.compile(query.stages());
    this.categorizeLabels = categorizeLabels;
  }

  /** Hands the entries that pass the stages to {@code sink}, oldest first. */
  public void evaluate(Labels stream, BlockView block, Sink sink) {
    if (stages.canSkip(block)) {
      return;
    }
    stages.select(block, 0, block.size(), selection);
    if (selection.size() == 0) {
      return;
    }
    LineProcessor line = processorFor(stream);
    MetadataTable sets = block.metadata();
    int[] metadataIds = block.metadataIds();
    long[] timestamps = block.timestamps();
    SelectedLines lines = SelectedLines.of(block, selection, null);
    for (int i = 0; i < selection.size(); i++) {
      int entry = selection.entry(i);
      int start = lines.start(i);
      Labels metadata = sets.get(metadataIds[entry]);
      if (line.process(timestamps[entry], lines.area(), start, lines.end(i) - start, metadata)) {
        LabelView labels = line.labels();
        sink.take(
            categorizeLabels ? labels.stream() : labels.all(),
            new QueryResult.Entry(
                timestamps[entry],
                line.copyOfLine(),
                categorizeLabels ? labels.structuredMetadata() : Labels.EMPTY,
                categorizeLabels ? labels.parsed() : Labels.EMPTY));
      }
    }
  }

  private LineProcessor processorFor(Labels stream) {
    LineProcessor current = processor;
    if (current == null || !processorStream.equals(stream)) {
      current = stages.forStream(stream);
      processor = current;
      processorStream = stream;
    }
    return current;
  }
}
