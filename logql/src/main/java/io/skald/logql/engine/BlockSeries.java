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
  private final Function<Labels, SeriesState> stateOf;

  /** The series of all entries; null if it depends on their metadata. */
  private final @Nullable Labels common;

  private int[] metadataIds = {};
  private @Nullable SeriesState[] statesById = {};

  /**
   * @param stateOf returns the state of a series
   */
  BlockSeries(RangePlan plan, ScanUnit unit, Function<Labels, SeriesState> stateOf) {
    this.plan = plan;
    this.unit = unit;
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
    if (common != null) {
      return stateOf.apply(common);
    }
    if (statesById.length == 0) {
      metadataIds = unit.block().metadataIds();
      statesById = new SeriesState[unit.block().metadata().size()];
    }
    int id = metadataIds[entry];
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
      builder.set(stream.has(name) ? name + CLASH_SUFFIX : name, metadata.value(i));
    }
    return builder.build();
  }
}
