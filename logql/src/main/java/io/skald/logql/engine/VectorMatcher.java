package io.skald.logql.engine;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.LiteralArithmetic;
import io.skald.logql.syntax.MetricExpr.Binary;
import io.skald.logql.syntax.MetricExpr.Cardinality;
import io.skald.logql.syntax.MetricExpr.Matching;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Binary operators between two vectors. At each step the series of one side find those of the other
 * by a key, the labels that the matching leaves; keys are worked out once for all steps.
 */
final class VectorMatcher {
  private static final int SERVER_ERROR = 500;

  /** What a pair of series that met at a step takes in {@link Results}. */
  private static final int PAIR_BYTES = 80;

  private final Binary node;
  private final Matching matching;
  private final Cancellation cancellation;
  private final Map<Labels, Integer> keys = new HashMap<>();

  VectorMatcher(Binary node, Cancellation cancellation) {
    this.node = node;
    this.matching = node.matching();
    this.cancellation = cancellation;
  }

  /** Consumes both sides. */
  StepVector apply(StepVector left, StepVector right) {
    int[] leftKeys = keysOf(left);
    int[] rightKeys = keysOf(right);
    StepVector result =
        switch (node.operator()) {
          case AND -> filter(left, leftKeys, right, rightKeys, true);
          case UNLESS -> filter(left, leftKeys, right, rightKeys, false);
          case OR -> union(left, leftKeys, right, rightKeys);
          case ADD,
              SUB,
              MUL,
              DIV,
              MOD,
              POW,
              EQUAL,
              NOT_EQUAL,
              GREATER,
              GREATER_OR_EQUAL,
              LESS,
              LESS_OR_EQUAL ->
              matching.cardinality() == Cardinality.ONE_TO_MANY
                  ? combine(right, rightKeys, left, leftKeys)
                  : combine(left, leftKeys, right, rightKeys);
        };
    left.discard();
    right.discard();
    return result;
  }

  private int[] keysOf(StepVector vector) {
    return vector.series().stream()
        .mapToInt(series ->
            keys.computeIfAbsent(
                matching.on()
                    ? Groupings.keep(series.labels(), matching.labels())
                    : Groupings.drop(series.labels(), matching.labels()),
                _ -> keys.size()))
        .toArray();
  }

  private StepVector filter(
      StepVector left, int[] leftKeys, StepVector right, int[] rightKeys, boolean keepMatched) {
    Results results = new Results(left.sibling());
    boolean[] matched = new boolean[keys.size()];
    for (int step = 0; step < left.steps(); step++) {
      cancellation.check();
      markPresent(matched, right, rightKeys, step);
      for (int i = 0; i < leftKeys.length; i++) {
        StepSeries series = left.series().get(i);
        if (series.has(step) && matched[leftKeys[i]] == keepMatched) {
          results.of(i, series.labels()).set(step, series.values()[step]);
        }
      }
    }
    return results.vector;
  }

  private StepVector union(StepVector left, int[] leftKeys, StepVector right, int[] rightKeys) {
    Results results = new Results(left.sibling());
    boolean[] matched = new boolean[keys.size()];
    for (int i = 0; i < leftKeys.length; i++) {
      copyInto(results.of(i, left.series().get(i).labels()), left.series().get(i));
    }
    for (int step = 0; step < left.steps(); step++) {
      cancellation.check();
      markPresent(matched, left, leftKeys, step);
      for (int i = 0; i < rightKeys.length; i++) {
        StepSeries series = right.series().get(i);
        if (series.has(step) && !matched[rightKeys[i]]) {
          results.of(leftKeys.length + i, series.labels()).set(step, series.values()[step]);
        }
      }
    }
    return results.vector;
  }

  private static void copyInto(StepSeries to, StepSeries from) {
    System.arraycopy(from.values(), 0, to.values(), 0, from.values().length);
    to.present().or(from.present());
  }

  private static void markPresent(boolean[] marks, StepVector vector, int[] keys, int step) {
    Arrays.fill(marks, false);
    for (int i = 0; i < keys.length; i++) {
      marks[keys[i]] |= vector.series().get(i).has(step);
    }
  }

  /** Arithmetic and comparisons; {@code one} has each key at most once at a step. */
  private StepVector combine(StepVector many, int[] manyKeys, StepVector one, int[] oneKeys) {
    Results results = new Results(many.sibling());
    boolean swapped = matching.cardinality() == Cardinality.ONE_TO_MANY;
    boolean filters = node.operator().isComparison() && !node.returnBool();
    int[] holders = new int[keys.size()]; // by key: index in one, or -1
    boolean[] taken = new boolean[keys.size()];
    for (int step = 0; step < many.steps(); step++) {
      cancellation.check();
      findHolders(holders, one, oneKeys, step);
      Arrays.fill(taken, false);
      results.nextStep();
      for (int i = 0; i < manyKeys.length; i++) {
        StepSeries series = many.series().get(i);
        int holder = holders[manyKeys[i]];
        if (series.has(step) && holder >= 0) {
          StepSeries other = one.series().get(holder);
          double left = swapped ? other.values()[step] : series.values()[step];
          double right = swapped ? series.values()[step] : other.values()[step];
          double value = LiteralArithmetic.apply(node.operator(), left, right);
          if (!filters || value == 1) {
            requireUnmatched(taken, manyKeys[i]);
            results.put(i, holder, series, other, step, filters ? left : value);
          }
        }
      }
    }
    return results.vector;
  }

  private void findHolders(int[] holders, StepVector one, int[] oneKeys, int step) {
    Arrays.fill(holders, -1);
    for (int i = 0; i < oneKeys.length; i++) {
      if (one.series().get(i).has(step)) {
        if (holders[oneKeys[i]] >= 0) {
          String side = matching.cardinality() == Cardinality.ONE_TO_MANY ? "left" : "right";
          throw new QueryException(
              SERVER_ERROR,
              "found duplicate series on the "
                  + side
                  + " hand-side;many-to-many matching not"
                  + " allowed: matching labels must be unique on one side");
        }
        holders[oneKeys[i]] = i;
      }
    }
  }

  private void requireUnmatched(boolean[] taken, int key) {
    if (matching.cardinality() == Cardinality.ONE_TO_ONE) {
      if (taken[key]) {
        throw new QueryException(
            SERVER_ERROR,
            "multiple matches for labels: many-to-one matching must be explicit"
                + " (group_left/group_right)");
      }
      taken[key] = true;
    }
  }

  private Labels resultLabels(Labels many, Labels one) {
    if (matching.cardinality() == Cardinality.ONE_TO_ONE) {
      return matching.on()
          ? Groupings.keep(many, matching.labels())
          : Groupings.drop(many, matching.labels());
    }
    if (matching.include().isEmpty()) {
      return many;
    }
    Labels.Builder builder = many.toBuilder();
    for (String name : matching.include()) {
      String value = one.get(name);
      if (value == null || value.isEmpty()) {
        builder.remove(name);
      } else {
        builder.set(name, value);
      }
    }
    return builder.build();
  }

  /** The series of the result; the same labels may come from different pairs at different steps. */
  private final class Results {
    private final StepVector vector;
    private final Map<Labels, Integer> byLabels = new HashMap<>();
    private final Map<Long, Integer> byPair = new HashMap<>();
    private final List<@Nullable StepSeries> bySource = new ArrayList<>();
    private int[] filledAt = new int[16];
    private int stepNumber;

    Results(StepVector vector) {
      this.vector = vector;
    }

    /** Returns the series that a set operation makes of one input series. */
    StepSeries of(int source, Labels labels) {
      while (bySource.size() <= source) {
        bySource.add(null);
      }
      StepSeries series = bySource.get(source);
      if (series == null) {
        series = vector.series().get(indexOf(labels));
        bySource.set(source, series);
      }
      return series;
    }

    private int indexOf(Labels labels) {
      return byLabels.computeIfAbsent(
          labels,
          _ -> {
            vector.add(labels);
            return vector.series().size() - 1;
          });
    }

    void nextStep() {
      stepNumber++;
    }

    void put(int manyIndex, int oneIndex, StepSeries many, StepSeries one, int step, double value) {
      int result =
          byPair.computeIfAbsent(
              ((long) manyIndex << 32) | oneIndex,
              _ -> {
                vector.hold(PAIR_BYTES);
                return indexOf(resultLabels(many.labels(), one.labels()));
              });
      if (result >= filledAt.length) {
        filledAt = Arrays.copyOf(filledAt, Math.max(2 * filledAt.length, result + 1));
      }
      if (filledAt[result] == stepNumber) {
        throw new QueryException(
            SERVER_ERROR,
            "multiple matches for labels: grouping labels must ensure unique matches");
      }
      filledAt[result] = stepNumber;
      vector.series().get(result).set(step, value);
    }
  }
}
