package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The series of an intermediate result, and what they take of the memory budget. */
final class StepVector {
  private final int steps;
  private final MemoryBudget budget;
  private final List<StepSeries> series = new ArrayList<>();

  StepVector(int steps, MemoryBudget budget) {
    this.steps = steps;
    this.budget = budget;
  }

  int steps() {
    return steps;
  }

  /** Returns the series, in evaluation order; some may have no sample. */
  List<StepSeries> series() {
    return series;
  }

  /** Adds a series without samples, for the caller to fill. */
  StepSeries add(Labels labels) {
    budget.take(StepSeries.bytes(steps));
    StepSeries added = StepSeries.empty(labels, steps);
    series.add(added);
    return added;
  }

  /** Returns an empty vector of the same steps and budget. */
  StepVector sibling() {
    return new StepVector(steps, budget);
  }

  /** Sorts by labels. */
  StepVector sorted() {
    series.sort(Comparator.comparing(StepSeries::labels));
    return this;
  }

  /** Gives the memory back; the vector must not be used any more. */
  void discard() {
    budget.release(series.size() * StepSeries.bytes(steps));
    series.clear();
  }
}
