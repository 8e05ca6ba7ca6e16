package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Grouping;
import io.skald.logql.syntax.MetricExpr.VectorFunction;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Aggregates the series of a vector step by step: sum, avg, topk, sort and the like. */
final class VectorAggregator {
  private final Cancellation cancellation;

  VectorAggregator(Cancellation cancellation) {
    this.cancellation = cancellation;
  }

  /**
   * Consumes {@code input}. Members of a group are taken in the order of their labels, whatever
   * order they came in: sums are rounded, and equal values picked, the same way at a step whether
   * it is evaluated alone or in a range.
   */
  StepVector aggregate(
      VectorFunction function, int parameter, @Nullable Grouping grouping, StepVector input) {
    return switch (function) {
      case SORT -> sort(input, false);
      case SORT_DESC -> sort(input, true);
      case TOPK, APPROX_TOPK -> pick(parameter, false, grouping, input.sorted());
      case BOTTOMK -> pick(parameter, true, grouping, input.sorted());
      case SUM, AVG, MIN, MAX, COUNT, STDDEV, STDVAR -> reduce(function, grouping, input.sorted());
    };
  }

  private StepVector reduce(
      VectorFunction function, @Nullable Grouping grouping, StepVector input) {
    StepVector output = input.sibling();
    double[] members = new double[input.series().size()];
    groups(grouping, input)
        .forEach((labels, group) -> {
          cancellation.check();
          StepSeries result = output.add(labels);
          for (int step = 0; step < input.steps(); step++) {
            int count = 0;
            for (StepSeries series : group) {
              if (series.has(step)) {
                members[count++] = series.values()[step];
              }
            }
            if (count > 0) {
              result.set(step, reduce(function, members, count));
            }
          }
        });
    input.discard();
    return output;
  }

  private static TreeMap<Labels, List<StepSeries>> groups(
      @Nullable Grouping grouping, StepVector input) {
    TreeMap<Labels, List<StepSeries>> groups = new TreeMap<>();
    for (StepSeries series : input.series()) {
      groups
          .computeIfAbsent(Groupings.apply(grouping, series.labels()), _ -> new ArrayList<>())
          .add(series);
    }
    return groups;
  }

  private static double reduce(VectorFunction function, double[] members, int count) {
    return switch (function) {
      case SUM -> sum(members, count);
      case AVG -> mean(members, count);
      case MIN -> extreme(members, count, false);
      case MAX -> extreme(members, count, true);
      case COUNT -> count;
      case STDVAR -> variance(members, count);
      case STDDEV -> Math.sqrt(variance(members, count));
      case TOPK, BOTTOMK, SORT, SORT_DESC, APPROX_TOPK ->
          throw new IllegalArgumentException("picks series: " + function);
    };
  }

  private static double sum(double[] members, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += members[i];
    }
    return sum;
  }

  /** The running mean does not overflow; infinite members end it early. */
  private static double mean(double[] members, int count) {
    double sum = sum(members, count);
    if (!Double.isInfinite(sum)) {
      return sum / count;
    }
    double mean = 0;
    for (int i = 0; i < count; i++) {
      if (Double.isInfinite(members[i])) {
        return sum;
      }
      mean += members[i] / count;
    }
    return mean;
  }

  private static double extreme(double[] members, int count, boolean maximum) {
    double best = members[0];
    for (int i = 1; i < count; i++) {
      double member = members[i];
      if (Double.isNaN(best) || (maximum ? member > best : member < best)) {
        best = member;
      }
    }
    return best;
  }

  private static double variance(double[] members, int count) {
    return WindowFunction.variance(new long[0], members, 0, count);
  }

  /** Keeps the k greatest or least of each group at each step, with their labels. */
  private StepVector pick(
      int wanted, boolean least, @Nullable Grouping grouping, StepVector input) {
    StepVector output = input.sibling();
    for (List<StepSeries> group : groups(grouping, input).values()) {
      cancellation.check();
      List<@Nullable StepSeries> picked = new ArrayList<>();
      group.forEach(_ -> picked.add(null));
      BestMembers best = new BestMembers(Math.min(wanted, group.size()), least);
      for (int step = 0; step < input.steps(); step++) {
        best.clear();
        for (int i = 0; i < group.size(); i++) {
          if (group.get(i).has(step)) {
            best.offer(i, group.get(i).values()[step]);
          }
        }
        for (int i = 0; i < best.size(); i++) {
          int member = best.member(i);
          StepSeries result = picked.get(member);
          if (result == null) {
            result = output.add(group.get(member).labels());
            picked.set(member, result);
          }
          result.set(step, best.value(i));
        }
      }
    }
    input.discard();
    return output;
  }

  /** Orders an instant vector by value; the answer of a range query is ordered by labels. */
  private static StepVector sort(StepVector input, boolean descending) {
    if (input.steps() > 1) {
      return input;
    }
    Comparator<StepSeries> order =
        Comparator.comparingDouble((StepSeries series) -> series.values()[0]);
    input
        .series()
        .sort(
            Comparator.comparing((StepSeries series) -> Double.isNaN(series.values()[0]))
                .thenComparing(descending ? order.reversed() : order));
    return input;
  }
}
