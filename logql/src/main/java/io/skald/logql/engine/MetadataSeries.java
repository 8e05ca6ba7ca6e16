package io.skald.logql.engine;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The series of the entries of one block when no stage changes labels: worked out once per set of
 * structured metadata, not once per entry.
 */
final class MetadataSeries {
  private final RangePlan plan;
  private final Labels stream;
  private final MetadataTable sets;
  private final Function<Labels, SeriesState> stateOf;
  private final @Nullable SeriesState[] states;

  MetadataSeries(
      RangePlan plan, ScanUnit unit, Function<Labels, SeriesState> stateOf) {
    this.plan = plan;
    this.stream = unit.labels();
    this.sets = unit.block().metadata();
    this.stateOf = stateOf;
    this.states = new SeriesState[sets.size()];
  }

  /** Returns the series of all entries of a block, or null if it depends on their metadata. */
  static @Nullable Labels common(RangePlan plan, ScanUnit unit) {
    if (plan.hasOneSeries()) {
      return Labels.EMPTY;
    }
    MetadataTable sets = unit.block().metadata();
    Labels bare = plan.seriesOf(unit.labels());
    if (sets.size() > 1 && plan.grouping() == null) {
      return null;
    }
    for (int id = 1; id < sets.size(); id++) {
      if (!plan.seriesOf(merged(unit.labels(), sets.get(id))).equals(bare)) {
        return null;
      }
    }
    return bare;
  }

  SeriesState of(int metadataId) {
    SeriesState state = states[metadataId];
    if (state == null) {
      state = stateOf.apply(plan.seriesOf(merged(stream, sets.get(metadataId))));
      states[metadataId] = state;
    }
    return state;
  }

  /** Metadata that has the name of a stream label gets a suffix. */
  private static Labels merged(Labels stream, Labels metadata) {
    if (metadata.isEmpty()) {
      return stream;
    }
    Labels.Builder builder = stream.toBuilder();
    for (int i = 0; i < metadata.size(); i++) {
      String name = metadata.name(i);
      builder.set(stream.has(name) ? name + "_extracted" : name, metadata.value(i));
    }
    return builder.build();
  }
}
