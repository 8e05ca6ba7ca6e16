package io.skald.storage.pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.skald.common.pattern.PatternSamples;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatternMergeTest {
  private static PatternSamples samples(String pattern, String level, long... secondsAndCounts) {
    long[] seconds = new long[secondsAndCounts.length / 2];
    long[] counts = new long[seconds.length];
    for (int i = 0; i < seconds.length; i++) {
      seconds[i] = secondsAndCounts[2 * i];
      counts[i] = secondsAndCounts[2 * i + 1];
    }
    return new PatternSamples(pattern, level, seconds, counts);
  }

  @Test
  void patterns_sameTextAndLevel_areAddedUpInOrder() {
    PatternMerge merge = new PatternMerge();
    merge.add(samples("a", "info", 20, 1, 30, 2));
    merge.add(samples("a", "info", 10, 3, 30, 4));
    merge.add(samples("a", "warn", 10, 1));

    List<PatternSamples> merged = merge.patterns();

    assertThat(merged).hasSize(2);
    assertThat(merged.getFirst().seconds()).containsExactly(10, 20, 30);
    assertThat(merged.getFirst().counts()).containsExactly(3, 1, 6);
    assertThat(merged.get(1).level()).isEqualTo("warn");
  }

  @Test
  void add_range_leavesOutOtherBucketsAndRoundsToSteps() {
    PatternMerge merge = new PatternMerge();
    merge.add(samples("a", "info", -70, 1, 0, 1, 50, 2, 60, 3, 120, 5, 130, 7), 0, 120, 60);
    merge.add(samples("b", "info", 500, 1), 0, 120, 60);

    List<PatternSamples> merged = merge.patterns();

    assertThat(merged).hasSize(1);
    assertThat(merged.getFirst().seconds()).containsExactly(0, 60, 120);
    assertThat(merged.getFirst().counts()).containsExactly(3, 3, 5);
  }

  @Test
  void add_manyStreams_takesRoomForTheStepsOnly() {
    PatternMerge merge = new PatternMerge();
    for (int stream = 0; stream < 1000; stream++) {
      merge.add(samples("a", "info", 0, 1, 10, 1, 20, 1));
    }

    assertThat(merge.size()).isLessThan(100);
    assertThat(merge.patterns().getFirst().counts()).containsExactly(1000, 1000, 1000);
  }

  @Test
  void joined_onlyNumbersDiffer_areOnePattern() {
    PatternMerge merge = new PatternMerge();
    merge.add(samples("zone 1 of <_> open", "info", 0, 1));
    merge.add(samples("zone 2 of <_> open", "info", 0, 2));
    merge.add(samples("zone 2 of <_> open", "warn", 0, 1));
    merge.add(samples("lock 3 shut", "info", 0, 1));

    assertThat(merge.joined())
        .extracting(PatternSamples::pattern, PatternSamples::level, PatternSamples::total)
        .containsExactly(
            tuple("zone <_> of <_> open", "info", 3L),
            tuple("lock 3 shut", "info", 1L),
            tuple("zone 2 of <_> open", "warn", 1L));
  }

  @Test
  void joined_generalFormIsThere_takesTheSpecialOnes() {
    PatternMerge merge = new PatternMerge();
    merge.add(samples("GET /<_> HTTP/<_>", "info", 0, 1));
    merge.add(samples("GET /<_> HTTP/1.1", "info", 0, 2));

    assertThat(merge.joined())
        .extracting(PatternSamples::pattern, PatternSamples::total)
        .containsExactly(tuple("GET /<_> HTTP/<_>", 3L));
  }
}
