package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactSumTest {
  @Test
  void value_ofCancellingAddends_isExact() {
    ExactSum sum = new ExactSum();
    sum.add(1e100);
    sum.add(1);
    sum.add(-1e100);

    assertThat(sum.value()).isEqualTo(1);
  }

  @Test
  void value_ofNothing_isZero() {
    assertThat(new ExactSum().value()).isZero();
  }

  @Test
  void value_betweenTwoDoubles_roundsAsTheWholeSumSays() {
    ExactSum sum = new ExactSum();
    sum.add(1);
    sum.add(0x1p-53);
    sum.add(0x1p-200);

    assertThat(sum.value()).isEqualTo(Math.nextUp(1.0));
  }

  @Test
  void value_ofRandomAddends_isTheNearestDouble() {
    long seed = 42;
    Random random = new Random(seed);
    for (int round = 0; round < 2000; round++) {
      ExactSum sum = new ExactSum();
      BigDecimal exact = BigDecimal.ZERO;
      for (int i = random.nextInt(40); i >= 0; i--) {
        double value = random.nextGaussian() * Math.pow(10, random.nextInt(30) - 15);
        sum.add(value);
        exact = exact.add(new BigDecimal(value));
      }
      assertThat(sum.value()).as("seed %d round %d", seed, round).isEqualTo(exact.doubleValue());
    }
  }

  @Test
  void subtract_whatWasAdded_restores() {
    long seed = 43;
    Random random = new Random(seed);
    ExactSum sum = new ExactSum();
    ExactSum other = new ExactSum();
    sum.add(0.1);
    for (int i = 0; i < 1000; i++) {
      other.add(random.nextGaussian() * Math.pow(10, random.nextInt(30)));
    }
    sum.add(other);
    sum.subtract(other);

    assertThat(sum.value()).as("seed %d", seed).isEqualTo(0.1);
  }
}
