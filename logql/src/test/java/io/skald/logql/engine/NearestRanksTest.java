package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearestRanksTest {
  @Test
  void interpolate_onRandomValues_equalsSorting() {
    long seed = 3;
    Random random = new Random(seed);
    for (int round = 0; round < 3000; round++) {
      int distinct = 1 + random.nextInt(300);
      double[] values =
          random.ints(1 + random.nextInt(400), 0, distinct).asDoubleStream().toArray();
      verify(values, random.nextDouble() * (values.length - 1), "seed " + seed + " round " + round);
    }
  }

  @Test
  void interpolate_onPatternsThatPivotsDislike_equalsSorting() {
    int size = 5000;
    double[] organPipe = IntStream.range(0, size).mapToDouble(i -> Math.min(i, size - i)).toArray();
    double[] equal = new double[size];
    double[] ascending = IntStream.range(0, size).asDoubleStream().toArray();
    double[] sawtooth = IntStream.range(0, size).mapToDouble(i -> i % 7).toArray();
    for (double[] values : new double[][] {organPipe, equal, ascending, sawtooth}) {
      for (double rank : new double[] {0, 0.5, 1249.75, size / 2.0, size - 1}) {
        verify(values, rank, "rank " + rank);
      }
    }
  }

  @Test
  void interpolate_besideAnInfinity_isExactAtARank() {
    assertThat(NearestRanks.interpolate(new double[] {Double.POSITIVE_INFINITY, 1}, 0))
        .isEqualTo(1);
    assertThat(NearestRanks.interpolate(new double[] {Double.POSITIVE_INFINITY, 1}, 0.5))
        .isInfinite();
    assertThat(NearestRanks.interpolate(new double[] {Double.POSITIVE_INFINITY, 1}, 1))
        .isInfinite();
  }

  private static void verify(double[] values, double rank, String situation) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int lower = (int) rank;
    double above = sorted[Math.min(lower + 1, sorted.length - 1)];
    double weight = rank - lower;

    assertThat(NearestRanks.interpolate(values.clone(), rank))
        .as(situation)
        .isEqualTo(sorted[lower] * (1 - weight) + above * weight);
  }
}
