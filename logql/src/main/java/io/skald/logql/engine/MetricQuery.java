package io.skald.logql.engine;

import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.MetricExpr.VectorFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Answers metric queries: evaluates the expression and lays the result out as the contract says.
 */
final class MetricQuery {
  /** A time and a value. */
  private static final int SAMPLE_BYTES = 16;

  private final QueryContext context;
  private final EngineLimits limits;

  MetricQuery(QueryContext context, EngineLimits limits) {
    this.context = context;
    this.limits = limits;
  }

  QueryResult execute(MetricExpr expression, QueryRequest request) {
    checkGates(expression, request);
    StepGrid grid = StepGrid.of(request);
    MetricEvaluator evaluator = new MetricEvaluator(grid, context);
    SeriesLimit limit = new SeriesLimit(limits.maxSeries());
    Operand result = evaluator.evaluate(expression, limit);
    if (request.isInstant() && result instanceof Operand.Scalar(double value)) {
      return new QueryResult.Scalar(grid.timeMillis(0), value);
    }
    List<StepSeries> series = MetricEvaluator.nonEmpty(evaluator.asVector(result));
    limit.check(series.size());
    if (!request.isInstant()) {
      MetricEvaluator.joinEqualLabels(series);
      series.sort(Comparator.comparing(StepSeries::labels, LabelText.ORDER));
      return matrix(series, grid);
    }
    if (!uses(expression, VectorFunction.SORT, VectorFunction.SORT_DESC)) {
      series.sort(Comparator.comparing(StepSeries::labels));
    }
    return vector(series, grid);
  }

  private void checkGates(MetricExpr expression, QueryRequest request) {
    if (uses(expression, VectorFunction.APPROX_TOPK)) {
      if (!limits.approxTopk()) {
        throw new QueryException(500, "approx_topk is not enabled. See -limits.shard_aggregations");
      }
      if (!request.isInstant()) {
        throw new QueryException(500, "count min sketches are only supported on instant queries");
      }
    }
  }

  private static QueryResult vector(List<StepSeries> series, StepGrid grid) {
    List<QueryResult.Sample> samples = new ArrayList<>(series.size());
    for (StepSeries one : series) {
      samples.add(new QueryResult.Sample(one.labels(), grid.timeMillis(0), one.values()[0]));
    }
    return new QueryResult.Vector(samples);
  }

  private QueryResult matrix(List<StepSeries> series, StepGrid grid) {
    List<QueryResult.Series> rows = new ArrayList<>(series.size());
    for (StepSeries one : series) {
      int[] steps = one.present().stream().toArray();
      context.budget().take((long) SAMPLE_BYTES * steps.length);
      long[] timestamps = new long[steps.length];
      double[] values = new double[steps.length];
      for (int i = 0; i < steps.length; i++) {
        timestamps[i] = grid.timeMillis(steps[i]);
        values[i] = one.values()[steps[i]];
      }
      rows.add(new QueryResult.Series(one.labels(), timestamps, values));
    }
    return new QueryResult.Matrix(rows);
  }

  private static boolean uses(MetricExpr node, VectorFunction... functions) {
    return switch (node) {
      case MetricExpr.VectorAggregation outer ->
          List.of(functions).contains(outer.function()) || uses(outer.inner(), functions);
      case MetricExpr.Binary binary ->
          uses(binary.left(), functions) || uses(binary.right(), functions);
      case MetricExpr.LabelReplace replace -> uses(replace.inner(), functions);
      case MetricExpr.RangeAggregation _, MetricExpr.Literal _, MetricExpr.Vector _ -> false;
    };
  }
}
