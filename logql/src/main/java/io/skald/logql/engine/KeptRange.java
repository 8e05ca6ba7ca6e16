package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A range aggregation that takes the values of some of its steps from {@link KeptSteps}.
 *
 * <p>Steps are cut where their number since the epoch is a multiple of a power of two, so that a
 * query that is asked again a little later has the same parts. What is not kept is evaluated as
 * ever. A value depends on the entries of its window only, so the answer is the same to the last
 * bit.
 */
final class KeptRange {
  /** So many parts at least, for the edges, which are not kept, to be a small share. */
  private static final int PARTS = 12;

  /** A part is so many windows long, as entries before its first step are read with it. */
  private static final int WINDOWS_PER_PART = 4;

  private final KeptSteps kept;
  private final RangePlan plan;
  private final StepGrid grid;
  private final SeriesLimit limit;
  private final QueryContext context;
  private final StepVector result;
  private final Map<Labels, StepSeries> series = new HashMap<>();
  private final BitSet done = new BitSet();

  KeptRange(
      KeptSteps kept, RangePlan plan, StepGrid grid, SeriesLimit limit, QueryContext context) {
    this.kept = kept;
    this.plan = plan;
    this.grid = grid;
    this.limit = limit;
    this.context = context;
    this.result = new StepVector(grid.count(), context.budget());
  }

  /** Returns how many steps a part has; 0 if none is to be kept. */
  static int stepsPerPart(StepGrid grid, long rangeNanos) {
    int steps = Math.max(2, Integer.highestOneBit(grid.count() / PARTS));
    while (steps <= grid.count() / 2) {
      if (steps * grid.stepNanos() / WINDOWS_PER_PART >= rangeNanos) {
        return steps;
      }
      steps <<= 1;
    }
    return 0;
  }

  /** Returns the parts that may be kept. */
  List<QueryPiece> pieces() {
    List<QueryPiece> pieces = new ArrayList<>();
    int steps = stepsPerPart(grid, plan.range().rangeNanos());
    if (steps == 0) {
      return pieces;
    }
    long before = Math.floorMod(Math.floorDiv(grid.startNanos(), grid.stepNanos()), (long) steps);
    int first = (int) (before == 0 ? 0 : steps - before);
    for (int step = first; step + steps <= grid.count(); step += steps) {
      StepGrid part = part(step, steps);
      Windows windows = new Windows(part, plan.range().rangeNanos(), plan.range().offsetNanos());
      if (windows.from() >= kept.fromNanos() && windows.through() <= kept.throughNanos()) {
        pieces.add(RangePieces.whole(plan, part, windows, limit));
      }
    }
    return pieces;
  }

  private StepGrid part(int first, int steps) {
    return new StepGrid(grid.time(first), grid.stepNanos(), steps);
  }

  /** Returns the values at all steps; the series are not sorted. */
  StepVector run(List<QueryPiece> pieces) {
    kept.run(pieces, plan.range().log().selector(), new Parts());
    for (int step = done.nextClearBit(0); step < grid.count(); step = done.nextClearBit(step)) {
      int next = done.nextSetBit(step);
      StepGrid gap = part(step, (next < 0 ? grid.count() : next) - step);
      StepVector values = new RangeScan(gap, context).direct(plan, limit);
      add(step, gap.count(), values.series());
      values.discard();
    }
    return result;
  }

  private void add(int first, int steps, List<StepSeries> values) {
    for (StepSeries one : values) {
      StepSeries whole = series.computeIfAbsent(one.labels(), result::add);
      one.present().stream().forEach(step -> whole.set(first + step, one.values()[step]));
    }
    done.set(first, first + steps);
    limit.check(series.size());
  }

  /** Evaluates a piece and returns what {@link StepValues#read} reads. */
  static byte[] evaluate(QueryPiece piece, QueryContext context) {
    RangePlan plan = RangePlan.ofWhole(piece.request().expression());
    StepVector values =
        new RangeScan(StepGrid.of(piece.request()), context)
            .direct(plan, new SeriesLimit(piece.maxSeries()));
    byte[] written = StepValues.write(values, context.cancellation());
    values.discard();
    return written;
  }

  /** What the parts yield. */
  private final class Parts implements KeptSteps.Work {
    @Override
    public byte[] evaluate(QueryPiece piece) {
      QueryFleet fleet = context.fleet();
      if (fleet == null) {
        throw new IllegalStateException("nothing is kept without a fleet");
      }
      return KeptRange.evaluate(piece, context.over(fleet.entries(piece)));
    }

    @Override
    public void take(QueryPiece piece, byte[] values) {
      int steps = StepGrid.of(piece.request()).count();
      int first = (int) ((piece.request().startNanos() - grid.startNanos()) / grid.stepNanos());
      long held = context.budget().held();
      List<StepSeries> read;
      try {
        read = StepValues.read(values, steps, context);
      } finally {
        context.budget().releaseTo(held);
      }
      add(first, steps, read);
    }
  }
}
