package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.BitSet;

/**
 * One series of an intermediate or final vector, over all steps.
 *
 * @param values by step; of no meaning where {@code present} is not set
 * @param present the steps that have a sample
 */
record StepSeries(Labels labels, double[] values, BitSet present) {
  /** What an instance takes beyond its labels and samples, with its place in maps and groups. */
  private static final int OVERHEAD_BYTES = 160;

  /** What an instance takes, for the memory budget. */
  static long bytes(Labels labels, int steps) {
    return OVERHEAD_BYTES + LabelText.bytes(labels) + 8L * steps + steps / 8;
  }

  static StepSeries empty(Labels labels, int steps) {
    return new StepSeries(labels, new double[steps], new BitSet(steps));
  }

  void set(int step, double value) {
    values[step] = value;
    present.set(step);
  }

  boolean has(int step) {
    return present.get(step);
  }

  /** Takes the samples of {@code other} over. */
  void addAll(StepSeries other) {
    other.present.stream().forEach(step -> set(step, other.values[step]));
  }

  StepSeries withLabels(Labels other) {
    return new StepSeries(other, values, present);
  }
}
