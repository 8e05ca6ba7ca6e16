package io.skald.storage.pattern;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.pattern.PatternSamples;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PatternCopiesTest {
  private final PatternCopies copies = new PatternCopies();

  private void add(String ingester, String pattern, long second, long count) {
    PatternSamples samples =
        new PatternSamples(pattern, "info", new long[] {second}, new long[] {count});
    copies.add(ingester, samples, 0, 100);
  }

  /** Counts by pattern and second. */
  private Map<String, Long> counts() {
    Map<String, Long> counts = new TreeMap<>();
    for (PatternSamples pattern : copies.fullest()) {
      for (int i = 0; i < pattern.seconds().length; i++) {
        counts.merge(
            pattern.pattern() + "@" + pattern.seconds()[i], pattern.counts()[i], Long::sum);
      }
    }
    return counts;
  }

  @Test
  void fullest_equalCopies_countOnceWithTheTextsOfOne() {
    add("c", "took <_>", 10, 5);
    add("b", "took <_>", 10, 5);
    add("a", "took 1ms", 10, 2);
    add("a", "took 2ms", 10, 3);

    assertThat(counts()).isEqualTo(Map.of("took 1ms@10", 2L, "took 2ms@10", 3L));
  }

  @Test
  void fullest_chunksOfOneIngester_areAddedUp() {
    add("a", "took <_>", 10, 2);
    add("a", "took <_>", 10, 3);
    add("b", "took <_>", 10, 5);

    assertThat(counts()).isEqualTo(Map.of("took <_>@10", 5L));
  }

  @Test
  void fullest_copiesThatLackLines_giveTheBucketsOfWhichTheyHaveMost() {
    add("a", "took <_>", 10, 5);
    add("a", "took <_>", 20, 1);
    add("b", "took <_>", 20, 4);
    add("b", "gone", 10, 1);
    add("c", "took <_>", 30, 1);

    assertThat(counts()).isEqualTo(Map.of("took <_>@10", 5L, "took <_>@20", 4L, "took <_>@30", 1L));
  }

  @Test
  void fullest_outsideOfTheRange_isLeftOut() {
    add("a", "took <_>", 101, 5);
    add("a", "took <_>", -1, 5);

    assertThat(copies.fullest()).isEmpty();
  }
}
