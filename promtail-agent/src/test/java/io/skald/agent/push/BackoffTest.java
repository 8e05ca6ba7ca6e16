package io.skald.agent.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void nextNanos_doublesInsideItsRangeUpToTheCap() {
    Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofMinutes(5), new Random(3));
    for (int round = 0; round < 200; round++) {
      for (int k = 0; k < 80; k++) {
        double low = Math.min(0.5e9 * Math.pow(2, k), 300e9);
        double high = Math.min(1e9 * Math.pow(2, k), 300e9);
        assertThat((double) backoff.nextNanos()).isBetween(Math.floor(low), high);
        assertThat(backoff.attempts()).isEqualTo(k + 1);
      }
      backoff.reset();
    }
  }
}
