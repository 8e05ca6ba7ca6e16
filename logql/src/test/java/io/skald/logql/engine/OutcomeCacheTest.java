package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OutcomeCacheTest {
  private static final SeriesState STATE = new ExtremeState(true, new MemoryBudget(1 << 20));

  private final OutcomeCache cache = new OutcomeCache(new MemoryBudget(1L << 30));

  private boolean find(int set, String line) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    return cache.find(set, bytes, 0, bytes.length);
  }

  private void keep(int set, String line, boolean kept, double value) {
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    cache.keep(set, bytes, 0, bytes.length, kept ? STATE : null, value);
  }

  @Test
  void find_randomLines_whatWasKept() {
    Random random = new Random(3);
    Map<String, Double> kept = new HashMap<>();
    for (int i = 0; i < 50_000; i++) {
      String line = "line " + random.nextInt(20_000);
      boolean found = find(0, line);
      assertThat(found).isEqualTo(kept.containsKey(line));
      if (found) {
        assertThat(cache.value()).isEqualTo(kept.get(line));
        assertThat(cache.state() != null).isEqualTo(cache.value() % 2 == 0);
      } else {
        kept.put(line, (double) i);
        keep(0, line, i % 2 == 0, i);
      }
    }
  }

  @Test
  void find_otherMetadata_isAnotherLine() {
    int set = cache.setNumber(Labels.of("level", "info"));
    assertThat(find(set, "a")).isFalse();
    keep(set, "a", true, 1);

    assertThat(cache.setNumber(Labels.of("level", "info"))).isEqualTo(set).isNotZero();
    assertThat(find(set, "a")).isTrue();
    assertThat(find(0, "a")).isFalse();
  }

  @Test
  void setNumber_manySets_areNotAllKnown() {
    for (int i = 0; i < 300; i++) {
      cache.setNumber(Labels.of("trace", "" + i));
    }

    assertThat(cache.setNumber(Labels.of("trace", "299"))).isEqualTo(OutcomeCache.UNKNOWN_SET);
    assertThat(cache.setNumber(Labels.of("trace", "7"))).isEqualTo(8);
  }

  @Test
  void enter_otherStream_forgets() {
    find(0, "a");
    keep(0, "a", true, 1);

    cache.enter(Labels.EMPTY);
    assertThat(find(0, "a")).isTrue();
    cache.enter(Labels.of("app", "x"));
    assertThat(find(0, "a")).isFalse();
  }

  @Test
  void keep_longLine_isNotRemembered() {
    String line = "x".repeat(1000);
    find(0, line);
    keep(0, line, true, 1);

    assertThat(find(0, line)).isFalse();
  }

  @Test
  void keep_moreThanItHolds_startsAnew() {
    for (int i = 0; i < 70_000; i++) {
      assertThat(find(0, "" + i)).isFalse();
      keep(0, "" + i, true, i);
    }

    assertThat(find(0, "0")).isFalse();
    assertThat(find(0, "69999")).isTrue();
    assertThat(cache.value()).isEqualTo(69_999);
  }

  @Test
  void keep_beyondTheBudget_isRefused() {
    OutcomeCache small = new OutcomeCache(new MemoryBudget(10_000));

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                byte[] line = ("" + i).getBytes(StandardCharsets.UTF_8);
                small.find(0, line, 0, line.length);
                small.keep(0, line, 0, line.length, null, 0);
              }
            })
        .isInstanceOf(QueryException.class)
        .hasMessageContaining("querier.max_query_memory");
  }
}
