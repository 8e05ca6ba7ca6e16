package io.skald.storage.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatternConfigTest {
  @Test
  void defaults_areThoseOfLoki() {
    assertThat(PatternConfig.DEFAULTS.enabled()).isFalse();
    assertThat(PatternConfig.DEFAULTS.maxClusters()).isEqualTo(300);
    assertThat(PatternConfig.DEFAULTS.maxEvictionRatio()).isEqualTo(0.25);
    assertThat(PatternConfig.DEFAULTS.patternSampleInterval()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void construct_badValue_namesTheKey() {
    assertThatThrownBy(
            () -> new PatternConfig(true, 0, 0.25, 3000, Duration.ofSeconds(10), 32 << 20))
        .hasMessage("pattern_ingester.max_clusters must be 1 to 10000: 0");
    assertThatThrownBy(
            () -> new PatternConfig(true, 1, 0.25, 3000, Duration.ofMillis(1500), 32 << 20))
        .hasMessageContaining("pattern_ingester.pattern_sample_interval must be whole seconds");
  }
}
