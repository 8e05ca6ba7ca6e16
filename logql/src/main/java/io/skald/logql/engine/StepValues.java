package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The values of a vector as bytes.
 *
 * <pre>
 *  values := kind | count of series | series ...
 *  series := labels | bits of the steps that have a value | these values
 * </pre>
 */
final class StepValues {
  /** Tells values from the states of {@link RangePieces}, which begin with a count of series. */
  private static final long KIND = 0x53_56_31;

  private StepValues() {}

  static byte[] write(StepVector vector, Cancellation cancellation) {
    AnswerWriter out = new AnswerWriter();
    out.count(KIND);
    List<StepSeries> series = MetricEvaluator.nonEmpty(vector);
    out.count(series.size());
    for (StepSeries one : series) {
      cancellation.check();
      out.labelsUsedOnce(one.labels());
      BitSet present = one.present();
      out.bytes(present.toByteArray());
      for (int step = present.nextSetBit(0); step >= 0; step = present.nextSetBit(step + 1)) {
        out.number(one.values()[step]);
      }
    }
    return out.toByteArray();
  }

  /**
   * Returns the series.
   *
   * @param steps how many the vector has
   * @throws IllegalArgumentException if these are no such values
   */
  static List<StepSeries> read(byte[] values, int steps, QueryContext context) {
    AnswerReader in = new AnswerReader(values);
    if (in.count() != KIND) {
      throw new IllegalArgumentException("the answer to a piece of a query holds no values");
    }
    int count = in.size(2);
    List<StepSeries> series = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      context.cancellation().check();
      Labels labels = in.labels();
      context.budget().take(StepSeries.bytes(labels, steps));
      StepSeries one = StepSeries.empty(labels, steps);
      BitSet present = BitSet.valueOf(in.bytes());
      if (present.length() > steps) {
        throw new IllegalArgumentException("the answer to a piece of a query has too many steps");
      }
      for (int step = present.nextSetBit(0); step >= 0; step = present.nextSetBit(step + 1)) {
        one.set(step, in.number());
      }
      series.add(one);
    }
    in.end();
    return series;
  }
}
