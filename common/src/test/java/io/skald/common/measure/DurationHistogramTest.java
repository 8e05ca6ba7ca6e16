package io.skald.common.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class DurationHistogramTest {
  @Test
  void observe_boundsAreInclusive_andTheRestFallsInTheLastBucket() {
    DurationHistogram histogram = new DurationHistogram(0.001, 0.1);

    histogram.observe(0);
    histogram.observe(1_000_000);
    histogram.observe(1_000_001);
    histogram.observe(7_000_000_000L);

    DurationHistogram.Snapshot snapshot = histogram.snapshot();
    assertThat(snapshot.boundsSeconds()).containsExactly(0.001, 0.1, Double.POSITIVE_INFINITY);
    assertThat(snapshot.counts()).containsExactly(2, 1, 1);
    assertThat(snapshot.sumSeconds()).isEqualTo(7.002000001);
  }

  @Test
  void new_boundsThatDoNotAscend_areRefused() {
    assertThatThrownBy(() -> new DurationHistogram(1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ascend");
  }
}
