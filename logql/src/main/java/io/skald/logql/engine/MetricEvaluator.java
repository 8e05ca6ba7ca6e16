package io.skald.logql.engine;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.logql.syntax.LiteralArithmetic;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.MetricExpr.RangeFunction;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Evaluates a metric query over all its steps at once, from the leaves up. Confined to a thread.
 */
final class MetricEvaluator {
  private final StepGrid grid;
  private final QueryContext context;
  private final RangeScan scan;

  MetricEvaluator(StepGrid grid, QueryContext context) {
    this.grid = grid;
    this.context = context;
    this.scan = new RangeScan(grid, context);
  }

  /**
   * @param limit what the series of this node have to keep to
   */
  Operand evaluate(MetricExpr node, SeriesLimit limit) {
    return switch (node) {
      case MetricExpr.Literal(double value) -> new Operand.Scalar(value);
      case MetricExpr.Vector(double value) -> new Operand.Vector(constant(value));
      case MetricExpr.RangeAggregation range -> new Operand.Vector(rangeAggregation(range, limit));
      case MetricExpr.VectorAggregation outer ->
          new Operand.Vector(vectorAggregation(outer, limit));
      case MetricExpr.Binary binary -> binary(binary);
      case MetricExpr.LabelReplace replace -> new Operand.Vector(labelReplace(replace, limit));
    };
  }

  /** Returns the operand as series; a number is one series without labels. */
  StepVector asVector(Operand operand) {
    return switch (operand) {
      case Operand.Scalar(double value) -> constant(value);
      case Operand.Vector(StepVector vector) -> vector;
    };
  }

  private StepVector constant(double value) {
    StepVector vector = new StepVector(grid.count(), context.budget());
    StepSeries series = vector.add(Labels.EMPTY);
    for (int step = 0; step < grid.count(); step++) {
      series.set(step, value);
    }
    return vector;
  }

  private StepVector rangeAggregation(MetricExpr.RangeAggregation node, SeriesLimit limit) {
    if (node.function() == RangeFunction.ABSENT_OVER_TIME) {
      return absent(node);
    }
    return scan.run(RangePlan.of(node), limit);
  }

  private StepVector absent(MetricExpr.RangeAggregation node) {
    StepVector present = scan.run(RangePlan.of(node), SeriesLimit.NONE);
    StepVector absent = present.sibling();
    StepSeries series = absent.add(absentLabels(node.range().log().selector()));
    for (int step = 0; step < grid.count(); step++) {
      if (present.series().isEmpty() || !present.series().getFirst().has(step)) {
        series.set(step, 1);
      }
    }
    present.discard();
    return absent;
  }

  /** The labels the selector pins to one value: those with {@code =} and no other matcher. */
  private static Labels absentLabels(List<LabelMatcher> selector) {
    Labels.Builder labels = Labels.builder();
    Set<String> seen = new HashSet<>();
    for (LabelMatcher matcher : selector) {
      boolean first = seen.add(matcher.name());
      boolean pinned =
          matcher.operator() == LabelMatcher.Operator.EQUAL && !matcher.value().isEmpty();
      if (first && pinned) {
        labels.set(matcher.name(), matcher.value());
      } else {
        labels.remove(matcher.name());
      }
    }
    return labels.build();
  }

  private StepVector vectorAggregation(MetricExpr.VectorAggregation node, SeriesLimit limit) {
    RangePlan plan = RangePlan.pushedDown(node);
    if (plan != null) {
      return scan.run(plan, limit);
    }
    StepVector inner = asVector(evaluate(node.inner(), SeriesLimit.NONE));
    return new VectorAggregator(context.cancellation())
        .aggregate(node.function(), node.parameter(), node.grouping(), inner);
  }

  private StepVector labelReplace(MetricExpr.LabelReplace node, SeriesLimit limit) {
    StepVector vector = asVector(evaluate(node.inner(), limit));
    vector.relabel(new LabelReplacement(node)::apply);
    joinEqualLabels(vector.series());
    return vector;
  }

  /**
   * Joins series that have the same labels, from {@code label_replace}, and never a sample at the
   * same step: an answer step by step could not tell them apart. Those that do are the user's to
   * see.
   */
  static void joinEqualLabels(List<StepSeries> series) {
    Map<Labels, StepSeries> first = new HashMap<>();
    series.removeIf(one -> {
      StepSeries other = first.putIfAbsent(one.labels(), one);
      boolean joins = other != null && !other.present().intersects(one.present());
      if (joins) {
        other.addAll(one);
      }
      return joins;
    });
  }

  private Operand binary(MetricExpr.Binary node) {
    Operand left = evaluate(node.left(), SeriesLimit.NONE);
    Operand right = evaluate(node.right(), SeriesLimit.NONE);
    if (left instanceof Operand.Scalar(double a) && right instanceof Operand.Scalar(double b)) {
      return new Operand.Scalar(LiteralArithmetic.apply(node.operator(), a, b));
    }
    if (right instanceof Operand.Scalar(double number)) {
      return new Operand.Vector(withNumber(node, asVector(left), number, false));
    }
    if (left instanceof Operand.Scalar(double number)) {
      return new Operand.Vector(withNumber(node, asVector(right), number, true));
    }
    VectorMatcher matcher = new VectorMatcher(node, context.cancellation());
    return new Operand.Vector(matcher.apply(asVector(left), asVector(right)));
  }

  /** Applies the operator to each sample in place; a comparison keeps or drops it. */
  private static StepVector withNumber(
      MetricExpr.Binary node, StepVector vector, double number, boolean numberFirst) {
    boolean filters = node.operator().isComparison() && !node.returnBool();
    for (StepSeries series : vector.series()) {
      double[] values = series.values();
      for (int step = series.present().nextSetBit(0);
          step >= 0;
          step = series.present().nextSetBit(step + 1)) {
        double value =
            numberFirst
                ? LiteralArithmetic.apply(node.operator(), number, values[step])
                : LiteralArithmetic.apply(node.operator(), values[step], number);
        if (!filters) {
          values[step] = value;
        } else if (value == 0) {
          series.present().clear(step);
        }
      }
    }
    return vector;
  }

  /** Returns the series that have samples. */
  static List<StepSeries> nonEmpty(StepVector vector) {
    List<StepSeries> kept = new ArrayList<>();
    for (StepSeries series : vector.series()) {
      if (!series.present().isEmpty()) {
        kept.add(series);
      }
    }
    return kept;
  }
}
