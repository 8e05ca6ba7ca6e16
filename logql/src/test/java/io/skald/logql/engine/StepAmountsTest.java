package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** {@link StepCounts} and {@link StepSums} against adding to every step. */
class StepAmountsTest {
  private final MemoryBudget budget = new MemoryBudget(1 << 26);

  @Test
  void amounts_ofRandomRangesFromSeveralThreads_equalAddingToEachStep() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      int steps = 1 + random.nextInt(30);
      boolean disjoint = random.nextInt(3) == 0;
      StepCounts counts = new StepCounts(disjoint, budget);
      StepCounts otherCounts = new StepCounts(disjoint, budget);
      StepSums sums = new StepSums(disjoint, budget);
      StepSums otherSums = new StepSums(disjoint, budget);
      long[] expectedCounts = new long[steps];
      BigDecimal[] expectedSums = new BigDecimal[steps];
      Arrays.fill(expectedSums, BigDecimal.ZERO);
      for (int i = random.nextInt(50); i > 0; i--) {
        int first = random.nextInt(steps);
        int last = disjoint ? first : first + random.nextInt(steps - first);
        long amount = random.nextInt(10);
        double value = random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
        (random.nextBoolean() ? counts : otherCounts).add(first, last, amount);
        (random.nextBoolean() ? sums : otherSums).add(first, last, value);
        for (int step = first; step <= last; step++) {
          expectedCounts[step] += amount;
          expectedSums[step] = expectedSums[step].add(new BigDecimal(value));
        }
      }
      counts.merge(otherCounts);
      sums.merge(otherSums);
      double[] ones = new double[steps];
      Arrays.fill(ones, 1);

      assertThat(counts.amounts(steps))
          .as("seed %d round %d", seed, round)
          .isEqualTo(expectedCounts);
      assertThat(sums.quotients(ones))
          .as("seed %d round %d", seed, round)
          .isEqualTo(Arrays.stream(expectedSums).mapToDouble(BigDecimal::doubleValue).toArray());
    }
  }

  @Test
  void sums_ofInfinitiesAndNaN_touchOnlyTheirSteps() {
    StepSums sums = new StepSums(false, budget);
    sums.add(0, 4, 1);
    sums.add(1, 3, Double.POSITIVE_INFINITY);
    sums.add(2, 2, Double.NEGATIVE_INFINITY);
    sums.add(3, 3, Double.NaN);

    assertThat(sums.quotients(new double[] {1, 1, 1, 1, 1}))
        .containsExactly(1, Double.POSITIVE_INFINITY, Double.NaN, Double.NaN, 1);
  }

  @Test
  void sums_beyondTheGreatestDouble_areInfiniteButTheirMeanIsNot() {
    StepSums sums = new StepSums(true, budget);
    sums.add(0, 0, Double.MAX_VALUE);
    sums.add(0, 0, Double.MAX_VALUE);

    assertThat(sums.quotients(new double[] {1})).containsExactly(Double.POSITIVE_INFINITY);
    assertThat(sums.quotients(new double[] {2})).containsExactly(Double.MAX_VALUE);
  }
}
