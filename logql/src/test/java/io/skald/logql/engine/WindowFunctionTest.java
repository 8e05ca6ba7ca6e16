package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowFunctionTest {
  private static final long SECOND = 1_000_000_000L;

  private static double apply(WindowFunction function, double... values) {
    long[] timestamps = LongStream.range(0, values.length).map(i -> i * SECOND).toArray();
    return function.apply(timestamps, values, 0, values.length);
  }

  @ParameterizedTest
  @CsvSource({
    "0,    1",
    "0.25, 3.25",
    "0.5, 5.5",
    "0.9, 9.1",
    "1, 10",
    "1.5, Infinity",
  })
  void quantile_ofOneToTen_interpolatesBetweenRanks(double fraction, double expected) {
    assertThat(apply(WindowFunction.quantile(fraction), 10, 1, 3, 2, 5, 4, 7, 6, 9, 8))
        .isEqualTo(expected, within(1e-12));
  }

  @Test
  void quantile_withNaN_ranksItBelowEverything() {
    assertThat(apply(WindowFunction.quantile(1), 1, Double.NaN, 2)).isEqualTo(2);
    assertThat(apply(WindowFunction.quantile(0), 1, Double.NaN, 2)).isNaN();
    assertThat(apply(WindowFunction.quantile(0.5), 1, Double.NaN, 2)).isEqualTo(1);
  }

  @Test
  void variance_isOfThePopulation() {
    assertThat(apply(WindowFunction::variance, 1, 2, 3, 4)).isEqualTo(1.25);
    assertThat(apply(WindowFunction::deviation, 1, 2, 3, 4)).isEqualTo(Math.sqrt(1.25));
    assertThat(apply(WindowFunction::variance, 7)).isZero();
  }

  @Test
  void firstAndLast_areByPosition() {
    assertThat(apply(WindowFunction::first, 3, 1, 2)).isEqualTo(3);
    assertThat(apply(WindowFunction::last, 3, 1, 2)).isEqualTo(2);
  }

  @Test
  void counterRate_ofSteadyCounter_isTheIncreasePerSecond() {
    double[] values = {2, 3, 4, 5, 6, 7};
    long[] timestamps = LongStream.range(0, 6).map(i -> (10 + 10 * i) * SECOND).toArray();

    assertThat(WindowFunction.counterRate(60).apply(timestamps, values, 0, 6))
        .isEqualTo(0.08333343333333333, within(1e-15));
  }

  @Test
  void counterRate_acrossResets_addsWhatWasThereBefore() {
    double[] values = {10, 20, 5};
    long[] timestamps = {5 * SECOND, 15 * SECOND, 25 * SECOND};

    assertThat(WindowFunction.counterRate(60).apply(timestamps, values, 0, 3))
        .isEqualTo(0.25000075, within(1e-15));
  }

  @Test
  void counterRate_ofOneSample_isZeroAndOfOneInstantNaN() {
    assertThat(apply(WindowFunction.counterRate(60), 5)).isZero();
    assertThat(WindowFunction.counterRate(60).apply(new long[] {1, 1}, new double[] {1, 2}, 0, 2))
        .isNaN();
  }
}
