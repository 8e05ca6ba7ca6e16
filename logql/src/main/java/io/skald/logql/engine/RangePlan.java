package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.Grouping;
import io.skald.logql.syntax.LogRange;
import io.skald.logql.syntax.MetricExpr;
import io.skald.logql.syntax.MetricExpr.RangeAggregation;
import io.skald.logql.syntax.MetricExpr.RangeFunction;
import io.skald.logql.syntax.MetricExpr.VectorAggregation;
import io.skald.logql.syntax.MetricExpr.VectorFunction;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a range aggregation is evaluated: its function, and what becomes of the labels of an entry.
 * An aggregation around it may be pushed down, so that entries are put into the outer groups at
 * once and the series between are never made.
 *
 * @param whole what is evaluated: the range aggregation, or the one around it
 * @param grouping how entries are grouped into series; null keeps each label set apart
 * @param prunes whether labels that neither the grouping nor a stage asks for need not be
 *     extracted. Malformed lines then go unnoticed, which clients see and rely on: it holds only
 *     below a {@code sum} that names its labels, and not wherever it would be possible
 */
record RangePlan(
    MetricExpr whole, RangeAggregation node, @Nullable Grouping grouping, boolean prunes) {
  /** The grouping of an aggregation without {@code by} or {@code without}: one group. */
  private static final Grouping ONE_GROUP = new Grouping(false, List.of());

  private static final Set<RangeFunction> SUMMABLE =
      Set.of(
          RangeFunction.COUNT_OVER_TIME,
          RangeFunction.RATE,
          RangeFunction.BYTES_OVER_TIME,
          RangeFunction.BYTES_RATE,
          RangeFunction.SUM_OVER_TIME);

  /** Returns the plan of a range aggregation that stands alone. */
  static RangePlan of(RangeAggregation node) {
    if (node.function() == RangeFunction.ABSENT_OVER_TIME) {
      return new RangePlan(node, node, ONE_GROUP, true);
    }
    Grouping own = node.grouping();
    return new RangePlan(node, node, own, own != null && !own.without());
  }

  /** Returns the plan of both aggregations in one, or null if they cannot be evaluated so. */
  static @Nullable RangePlan pushedDown(VectorAggregation outer) {
    if (!(outer.inner() instanceof RangeAggregation inner) || inner.grouping() != null) {
      return null;
    }
    Grouping grouping = outer.grouping() == null ? ONE_GROUP : outer.grouping();
    RangeFunction function = inner.function();
    if (outer.function() == VectorFunction.SUM && SUMMABLE.contains(function)) {
      return new RangePlan(outer, inner, grouping, !grouping.without());
    }
    boolean sameExtreme =
        (outer.function() == VectorFunction.MAX && function == RangeFunction.MAX_OVER_TIME)
            || (outer.function() == VectorFunction.MIN && function == RangeFunction.MIN_OVER_TIME);
    return sameExtreme && !namesUnwrapped(grouping, inner)
        ? new RangePlan(outer, inner, grouping, false)
        : null;
  }

  /** The series between have lost the label that became their value, so no group can have it. */
  private static boolean namesUnwrapped(Grouping grouping, RangeAggregation inner) {
    LogRange.Unwrap unwrap = inner.range().unwrap();
    return unwrap != null && !grouping.without() && grouping.labels().contains(unwrap.label());
  }

  /**
   * Returns the plan of what {@link #whole} says.
   *
   * @throws IllegalArgumentException if that is not evaluated in one pass
   */
  static RangePlan ofWhole(Expr whole) {
    RangePlan plan = null;
    if (whole instanceof RangeAggregation range) {
      plan = of(range);
    } else if (whole instanceof VectorAggregation outer) {
      plan = pushedDown(outer);
    }
    if (plan == null) {
      throw new IllegalArgumentException("this is not evaluated in one pass: " + whole);
    }
    return plan;
  }

  /** Returns how the entries may be divided among several that evaluate this. */
  QueryFleet.Division division() {
    return switch (function()) {
      case FIRST_OVER_TIME, LAST_OVER_TIME, RATE_COUNTER, STDVAR_OVER_TIME, STDDEV_OVER_TIME ->
          QueryFleet.Division.BY_TIME;
      case COUNT_OVER_TIME,
          ABSENT_OVER_TIME,
          RATE,
          BYTES_OVER_TIME,
          BYTES_RATE,
          SUM_OVER_TIME,
          AVG_OVER_TIME,
          MIN_OVER_TIME,
          MAX_OVER_TIME,
          QUANTILE_OVER_TIME ->
          QueryFleet.Division.FREE;
    };
  }

  RangeFunction function() {
    return node.function();
  }

  LogRange range() {
    return node.range();
  }

  /** Returns whether all entries fall into one series, whatever their labels. */
  boolean hasOneSeries() {
    return grouping != null && !grouping.without() && grouping.labels().isEmpty();
  }

  boolean ofBytes() {
    return function() == RangeFunction.BYTES_OVER_TIME || function() == RangeFunction.BYTES_RATE;
  }

  /**
   * Returns whether entries without a value count as zeros. The recorded server divides the sum of
   * the values by the number of all entries when {@code avg_over_time} has a grouping of its own
   * (it evaluates the two apart), but not without one.
   */
  boolean countsMissingValues() {
    return function() == RangeFunction.AVG_OVER_TIME && node.grouping() != null;
  }

  /** Returns the labels of the series of an entry that has these labels. */
  Labels seriesOf(Labels labels) {
    return grouping == null ? labels : Groupings.apply(grouping, labels);
  }

  /** Makes the state of one series. */
  SeriesState newState(Windows windows, MemoryBudget budget) {
    double seconds = windows.rangeSeconds();
    boolean unwrapped = range().unwrap() != null;
    return switch (function()) {
      case COUNT_OVER_TIME, ABSENT_OVER_TIME -> new CountState(windows, false, 1, budget);
      case RATE ->
          unwrapped
              ? SumState.rate(windows, budget)
              : new CountState(windows, false, seconds, budget);
      case BYTES_OVER_TIME -> new CountState(windows, true, 1, budget);
      case BYTES_RATE -> new CountState(windows, true, seconds, budget);
      case SUM_OVER_TIME -> SumState.sum(windows, budget);
      case AVG_OVER_TIME -> SumState.mean(windows, budget);
      case MIN_OVER_TIME -> new ExtremeState(false, budget);
      case MAX_OVER_TIME -> new ExtremeState(true, budget);
      case STDVAR_OVER_TIME -> new SampleState(windows, WindowFunction::variance, budget);
      case STDDEV_OVER_TIME -> new SampleState(windows, WindowFunction::deviation, budget);
      case FIRST_OVER_TIME -> new SampleState(windows, WindowFunction::first, budget);
      case LAST_OVER_TIME -> new SampleState(windows, WindowFunction::last, budget);
      case RATE_COUNTER -> new SampleState(windows, WindowFunction.counterRate(seconds), budget);
      case QUANTILE_OVER_TIME -> {
        Double fraction = node.parameter();
        if (fraction == null) {
          throw new IllegalArgumentException("quantile_over_time without a parameter: " + node);
        }
        yield new SampleState(windows, WindowFunction.quantile(fraction), budget);
      }
    };
  }
}
