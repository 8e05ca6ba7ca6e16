package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A range aggregation whose entries are read by several processes. */
final class RangePieces implements QueryFleet.Work {
  private final QueryFleet fleet;
  private final RangePlan plan;
  private final EntryStages stages;
  private final StepGrid grid;
  private final Windows windows;
  private final SeriesLimit limit;
  private final QueryContext context;

  /** Evaluates all pieces that are evaluated here. */
  private final RangeCrew own;

  /** Of the pieces of others. */
  private final Map<Labels, SeriesState> taken = new HashMap<>();

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
    this.stages = EntryStages.compile(plan);
    this.own = new RangeCrew(plan, stages, windows, limit, context);
  }

  /** Returns the states of all series, or null if it is not worth it to divide this. */
  @Nullable Map<Labels, SeriesState> evaluate() {
    PieceTime time = new PieceTime(context.statistics());
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
    Map<Labels, SeriesState> merged = RangeCrew.merge(List.of(own.states(), taken));
    limit.check(merged.size());
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
    own.scan(context.over(fleet.entries(piece)));
  }

  @Override
  public void take(QueryPiece piece, byte[] answer) {
    long heldBefore = context.budget().held();
    AnswerReader in = new AnswerReader(answer);
    int series = in.size(2);
    List<Labels> names = new ArrayList<>(series);
    List<SeriesState> states = new ArrayList<>(series);
    for (int i = 0; i < series; i++) {
      context.cancellation().check();
      Labels labels = in.labels();
      context.budget().take(RangeWorker.bytes(labels));
      SeriesState state = plan.newState(windows, context.budget());
      state.read(in);
      names.add(labels);
      states.add(state);
    }
    in.end();
    long kept = 0;
    for (int i = 0; i < series; i++) {
      kept += take(names.get(i), states.get(i));
    }
    limit.check(taken.size());
    // Pieces share most series: what a piece held beside what was kept of it is garbage now.
    context.budget().releaseTo(heldBefore + kept);
  }

  /** Returns how much more is held then. */
  private long take(Labels series, SeriesState state) {
    SeriesState known = taken.putIfAbsent(series, state);
    if (known == null) {
      return RangeWorker.bytes(series) + state.heldBytes();
    }
    long before = known.heldBytes();
    known.merge(state);
    return known.heldBytes() - before;
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
      out.labelsUsedOnce(labels);
      state.write(out);
    });
    return out.toByteArray();
  }
}
