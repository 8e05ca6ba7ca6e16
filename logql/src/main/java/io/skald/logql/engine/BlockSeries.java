package io.skald.logql.engine;

import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The series of the entries of one block when no stage changes labels: worked out once per set of
 * structured metadata, not once per entry, and not at all where metadata cannot matter.
 */
final class BlockSeries {
  private static final String CLASH_SUFFIX = "_extracted";

  private final RangePlan plan;
  private final ScanUnit unit;
  private final boolean dropsErrors;
  private final Function<Labels, SeriesState> stateOf;

  /** The series of all entries; null if it depends on their metadata. */
  private final @Nullable Labels common;

  private int[] metadataIds = {};
  private @Nullable SeriesState[] statesById = {};

  /**
   * @param dropsErrors whether an error that came with the metadata is not part of the series
   * @param stateOf returns the state of a series
   */
  BlockSeries(
      RangePlan plan,
      ScanUnit unit,
      boolean dropsErrors,
      Function<Labels, SeriesState> stateOf) {
    this.plan = plan;
    this.unit = unit;
    this.dropsErrors = dropsErrors;
    this.stateOf = stateOf;
    this.common = common();
  }

  private @Nullable Labels common() {
    if (plan.hasOneSeries()) {
      return Labels.EMPTY;
    }
    MetadataTable sets = unit.block().metadata();
    Labels bare = plan.seriesOf(unit.labels());
    if (sets.size() > 1 && plan.grouping() == null) {
      return null;
    }
    for (int id = 1; id < sets.size(); id++) {
      if (!plan.seriesOf(withMetadata(sets.get(id))).equals(bare)) {
        return null;
      }
    }
    return bare;
  }

  /** Returns whether all entries of the block are of one series. */
  boolean isOne() {
    return common != null;
  }

  /** Returns the state of the series of an entry. */
  SeriesState of(int entry) {
    return common == null ? ofMetadata(metadataIds()[entry]) : stateOf.apply(common);
  }

  /** Returns the number of sets of metadata that entries can have. */
  int sets() {
    return unit.block().metadata().size();
  }

  /** Returns the id of the set of each entry. */
  int[] metadataIds() {
    if (metadataIds.length == 0) {
      metadataIds = unit.block().metadataIds();
    }
    return metadataIds;
  }

  /** Returns the state of the series of entries with this set of metadata. */
  SeriesState ofMetadata(int id) {
    if (statesById.length == 0) {
      statesById = new SeriesState[sets()];
    }
    SeriesState state = statesById[id];
    if (state == null) {
      Labels metadata = unit.block().metadata().get(id);
      state = stateOf.apply(plan.seriesOf(withMetadata(metadata)));
      statesById[id] = state;
    }
    return state;
  }

  /** Metadata that has the name of a stream label gets a suffix. */
  private Labels withMetadata(Labels metadata) {
    Labels stream = unit.labels();
    if (metadata.isEmpty()) {
      return stream;
    }
    Labels.Builder builder = stream.toBuilder();
    for (int i = 0; i < metadata.size(); i++) {
      String name = metadata.name(i);
      if (dropsErrors && name.equals(PipelineErrors.ERROR)) {
        continue;
      }
      builder.set(stream.has(name) ? name + CLASH_SUFFIX : name, metadata.value(i));
    }
    return builder.build();
  }
}
