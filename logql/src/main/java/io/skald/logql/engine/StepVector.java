package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;

/** The series of an intermediate result, and what they take of the memory budget. */
final class StepVector {
  private final int steps;
  private final MemoryBudget budget;
  private final List<StepSeries> series = new ArrayList<>();
  private long heldBytes;

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
    hold(StepSeries.bytes(labels, steps));
    StepSeries added = StepSeries.empty(labels, steps);
    series.add(added);
    return added;
  }

  /** Accounts for memory that lives as long as this vector. */
  void hold(long bytes) {
    budget.take(bytes);
    heldBytes += bytes;
  }

  /** Returns what is accounted for. */
  long heldBytes() {
    return heldBytes;
  }

  /** Gives each series the labels that {@code change} makes of its own. */
  void relabel(UnaryOperator<Labels> change) {
    series.replaceAll(one -> {
      Labels labels = change.apply(one.labels());
      hold(LabelText.bytes(labels));
      return one.withLabels(labels);
    });
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
    budget.release(heldBytes);
    heldBytes = 0;
    series.clear();
  }
}
