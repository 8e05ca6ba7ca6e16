package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A range aggregation whose entries are read by several processes. */
final class RangePieces implements QueryFleet.Work {
  private final QueryFleet fleet;
  private final RangePlan plan;
  private final StepGrid grid;
  private final Windows windows;
  private final SeriesLimit limit;
  private final QueryContext context;
  private final Map<Labels, SeriesState> merged = new HashMap<>();

  /** Of the budget, by the query before the pieces. */
  private final long heldBefore;

  RangePieces(
      QueryFleet fleet,
      RangePlan plan,
      StepGrid grid,
      Windows windows,
      SeriesLimit limit,
      QueryContext context) {
    this.fleet = fleet;
    this.plan = plan;
    this.grid = grid;
    this.windows = windows;
    this.limit = limit;
    this.context = context;
    this.heldBefore = context.budget().held();
  }

  /** Returns the states of all series, or null if it is not worth it to divide this. */
  @Nullable Map<Labels, SeriesState> evaluate() {
    PieceTime time = new PieceTime(context.statistics());
    EntryStages stages = EntryStages.compile(plan);
    boolean lines =
        stages.filtersBlocks() || stages.processesEntries() || plan.range().unwrap() != null;
    List<QueryPiece> pieces =
        fleet.divide(
            whole(plan, grid, windows, limit),
            plan.range().log().selector(),
            plan.division(),
            lines ? QueryFleet.Effort.LINES : QueryFleet.Effort.COUNTS);
    time.planned();
    if (pieces.size() < 2) {
      return null;
    }
    fleet.run(pieces, this);
    time.scanned();
    return merged;
  }

  /** Returns the entries of all streams that the steps of a grid need. */
  static QueryPiece whole(RangePlan plan, StepGrid grid, Windows windows, SeriesLimit limit) {
    int last = grid.count() - 1;
    return new QueryPiece(
        new QueryRequest(
            plan.whole(),
            grid.startNanos(),
            grid.time(last),
            last == 0 ? 0 : grid.stepNanos(),
            0,
            1,
            false,
            false),
        windows.from(),
        windows.through(),
        StreamShard.ALL,
        limit.maxSeries());
  }

  @Override
  public void evaluate(QueryPiece piece) {
    add(RangeScan.scan(plan, windows, limit, context.over(fleet.entries(piece))));
  }

  @Override
  public void take(QueryPiece piece, byte[] answer) {
    Map<Labels, SeriesState> states = new HashMap<>();
    AnswerReader in = new AnswerReader(answer);
    int series = in.size(2);
    for (int i = 0; i < series; i++) {
      context.cancellation().check();
      Labels labels = in.labels();
      context.budget().take(RangeWorker.bytes(labels));
      SeriesState state = plan.newState(windows, context.budget());
      state.read(in);
      states.put(labels, state);
    }
    in.end();
    add(states);
  }

  private void add(Map<Labels, SeriesState> states) {
    RangeScan.merge(states, merged);
    limit.check(merged.size());
    // Pieces share most series: what a piece held beside what was kept of it is garbage now.
    long kept = 0;
    for (Map.Entry<Labels, SeriesState> series : merged.entrySet()) {
      kept += RangeWorker.bytes(series.getKey()) + series.getValue().heldBytes();
    }
    context.budget().releaseTo(heldBefore + kept);
  }

  @Override
  public boolean isEnough() {
    return false;
  }

  /** Evaluates a piece and returns what {@link #take} reads. */
  static byte[] evaluate(QueryPiece piece, QueryContext context) {
    QueryRequest request = piece.request();
    RangePlan plan = RangePlan.ofWhole(request.expression());
    Windows windows =
        new Windows(StepGrid.of(request), plan.range().rangeNanos(), plan.range().offsetNanos());
    SeriesLimit limit = new SeriesLimit(piece.maxSeries());
    AnswerWriter out = new AnswerWriter();
    Map<Labels, SeriesState> states = RangeScan.scan(plan, windows, limit, context);
    out.count(states.size());
    states.forEach((labels, state) -> {
      context.cancellation().check();
      out.labels(labels);
      state.write(out);
    });
    return out.toByteArray();
  }
}
