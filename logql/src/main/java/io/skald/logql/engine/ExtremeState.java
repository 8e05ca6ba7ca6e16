package io.skald.logql.engine;

import java.util.Arrays;

/**
 * The least or greatest value per pane, NaN only where there is nothing else: min_over_time,
 * max_over_time. A monotonic queue of panes then slides over the steps.
 */
final class ExtremeState implements SeriesState {
  private static final int BYTES_PER_PANE = 16;

  private final boolean maximum;
  private final MemoryBudget budget;

  // Panes in ascending order; the first and last step of a pane identify it.
  private int size;
  private int[] firstSteps = {};
  private int[] lastSteps = {};
  private double[] values = {};

  ExtremeState(boolean maximum, MemoryBudget budget) {
    this.maximum = maximum;
    this.budget = budget;
  }

  @Override
  public void add(
      int unit, int firstStep, int lastStep, long timestampNanos, int count, double value) {
    int at = find(firstStep, lastStep);
    if (at >= 0) {
      if (replaces(value, values[at])) {
        values[at] = value;
      }
    } else {
      insert(-at - 1, firstStep, lastStep, value);
    }
  }

  /** Returns whether {@code candidate} replaces {@code held}; NaN never does, and always yields. */
  private boolean replaces(double candidate, double held) {
    if (Double.isNaN(candidate)) {
      return false;
    }
    // A total order, -0 below 0: ties must not depend on who came first.
    int order = Double.compare(candidate, held);
    return Double.isNaN(held) || (maximum ? order > 0 : order < 0);
  }

  private int find(int firstStep, int lastStep) {
    int pane = firstStep + lastStep;
    // Entries of a block come in order: mostly it is the last pane, or a new one behind it.
    if (size == 0 || paneAt(size - 1) < pane) {
      return -size - 1;
    }
    if (paneAt(size - 1) == pane) {
      return size - 1;
    }
    int low = 0;
    int high = size - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (paneAt(middle) < pane) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return paneAt(low) == pane ? low : -low - 1;
  }

  /** First and last steps both ascend from pane to pane, so their sum numbers the panes. */
  private int paneAt(int index) {
    return firstSteps[index] + lastSteps[index];
  }

  private void insert(int at, int firstStep, int lastStep, double value) {
    if (size == values.length) {
      int capacity = Math.max(4, 2 * size);
      budget.take((long) BYTES_PER_PANE * (capacity - size));
      firstSteps = Arrays.copyOf(firstSteps, capacity);
      lastSteps = Arrays.copyOf(lastSteps, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    System.arraycopy(firstSteps, at, firstSteps, at + 1, size - at);
    System.arraycopy(lastSteps, at, lastSteps, at + 1, size - at);
    System.arraycopy(values, at, values, at + 1, size - at);
    firstSteps[at] = firstStep;
    lastSteps[at] = lastStep;
    values[at] = value;
    size++;
  }

  @Override
  public long heldBytes() {
    return (long) BYTES_PER_PANE * values.length;
  }

  @Override
  public void merge(SeriesState other) {
    ExtremeState state = (ExtremeState) other;
    for (int i = 0; i < state.size; i++) {
      add(0, state.firstSteps[i], state.lastSteps[i], 0, 1, state.values[i]);
    }
  }

  @Override
  public void write(AnswerWriter out) {
    out.count(size);
    for (int i = 0; i < size; i++) {
      out.count(firstSteps[i]);
      out.count(lastSteps[i]);
      out.number(values[i]);
    }
  }

  @Override
  public void read(AnswerReader in) {
    int panes = in.size(2 + Double.BYTES);
    for (int i = 0; i < panes; i++) {
      add(0, in.index(), in.index(), 0, 1, in.number());
    }
  }

  @Override
  public void finish(StepSeries out, Cancellation cancellation) {
    int[] queue = new int[size]; // panes; each beats all behind it
    int head = 0;
    int tail = 0;
    int next = 0;
    int steps = out.values().length;
    for (int step = 0; step < steps; step++) {
      for (; next < size && firstSteps[next] <= step; next++) {
        while (tail > head && !replaces(values[queue[tail - 1]], values[next])) {
          tail--;
        }
        queue[tail++] = next;
      }
      while (head < tail && lastSteps[queue[head]] < step) {
        head++;
      }
      if (head < tail) {
        out.set(step, values[queue[head]]);
      }
    }
  }
}
