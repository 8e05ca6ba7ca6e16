package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.List;
import java.util.Map;

/**
 * Evaluates range aggregations: reads each block once, for all steps, on several threads; puts
 * every entry into the state of its series; merges the states of the threads and reads off the
 * steps.
 */
final class RangeScan {
  private final StepGrid grid;
  private final QueryContext context;

  RangeScan(StepGrid grid, QueryContext context) {
    this.grid = grid;
    this.context = context;
  }

  /**
   * @param limit what the number of series has to keep to; checked while they are found
   * @return the series sorted by labels
   */
  StepVector run(RangePlan plan, SeriesLimit limit) {
    QueryFleet fleet = context.fleet();
    KeptSteps kept = fleet == null ? null : fleet.kept();
    if (kept != null) {
      KeptRange range = new KeptRange(kept, plan, grid, limit, context);
      List<QueryPiece> pieces = range.pieces();
      if (!pieces.isEmpty()) {
        return range.run(pieces).sorted();
      }
    }
    return direct(plan, limit);
  }

  /** As {@link #run}, from the entries. */
  StepVector direct(RangePlan plan, SeriesLimit limit) {
    Windows windows = new Windows(grid, plan.range().rangeNanos(), plan.range().offsetNanos());
    StepVector result = new StepVector(grid.count(), context.budget());
    if (plan.range().rangeNanos() == 0) {
      return result;
    }
    long held = context.budget().held();
    Map<Labels, SeriesState> states = states(plan, windows, limit);
    for (Map.Entry<Labels, SeriesState> entry : states.entrySet()) {
      context.cancellation().check();
      entry.getValue().finish(result.add(entry.getKey()), context.cancellation());
    }
    context.budget().releaseTo(held + result.heldBytes());
    return result.sorted();
  }

  private Map<Labels, SeriesState> states(RangePlan plan, Windows windows, SeriesLimit limit) {
    QueryFleet fleet = context.fleet();
    Map<Labels, SeriesState> shared =
        fleet == null
            ? null
            : new RangePieces(fleet, plan, grid, windows, limit, context).evaluate();
    return shared == null ? scan(plan, windows, limit, context) : shared;
  }

  /** Reads the entries of the context's source. */
  static Map<Labels, SeriesState> scan(
      RangePlan plan, Windows windows, SeriesLimit limit, QueryContext context) {
    RangeCrew crew = new RangeCrew(plan, EntryStages.compile(plan), windows, limit, context);
    crew.scan(context);
    return crew.states();
  }
}
