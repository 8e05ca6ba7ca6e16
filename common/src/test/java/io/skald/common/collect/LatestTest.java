package io.skald.common.collect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class LatestTest {
  @Test
  void used_oneTooMany_forgetsWhatWasNotReadForLongest() {
    Map<String, Integer> map = Latest.used(2);
    map.put("a", 1);
    map.put("b", 2);
    assertThat(map.get("a")).isEqualTo(1);

    map.put("c", 3);

    assertThat(map).containsOnlyKeys("a", "c");
  }

  @Test
  void added_oneTooMany_forgetsTheFirstWhateverIsAskedFor() {
    Set<String> set = Latest.added(2);
    set.add("a");
    set.add("b");
    assertThat(set.contains("a")).isTrue();

    set.add("c");

    assertThat(set).containsExactly("b", "c");
  }
}
