package io.skald.common.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BlockedQueryTest {
  private static final String QUERY = "{stream=\"stdout\",pod=\"loki-canary-9w49x\"}";

  @Test
  void blocks_pattern_needsTheWholeText() {
    BlockedQuery exact = new BlockedQuery(QUERY, false, List.of(), "");

    assertThat(exact.blocks(" " + QUERY, "limited")).isTrue();
    assertThat(exact.blocks(QUERY + " |= `x`", "filter")).isFalse();
  }

  @Test
  void blocks_regex_isFoundAnywhere() {
    BlockedQuery regex = new BlockedQuery("can[a-z]+-9", true, List.of("limited"), "");

    assertThat(regex.blocks(QUERY, "limited")).isTrue();
    assertThat(regex.blocks(QUERY, "metric")).as("another type").isFalse();
    assertThat(regex.blocks("{a=\"b\"}", "limited")).isFalse();
  }

  @Test
  void blocks_hash_isFnv1OfTheText() {
    BlockedQuery hash = new BlockedQuery("", false, List.of("filter", "limited"), "2943214005");

    assertThat(hash.blocks(QUERY, "limited")).isTrue();
    assertThat(hash.blocks(QUERY + " ", "limited")).isTrue();
    assertThat(hash.blocks("{a=\"b\"}", "limited")).isFalse();
  }

  @Test
  void blocks_typesOnly_blocksAllOfThem() {
    BlockedQuery metric = new BlockedQuery("", false, List.of("metric"), "");

    assertThat(metric.blocks("rate({a=\"b\"}[1m])", "metric")).isTrue();
    assertThat(metric.blocks(QUERY, "limited")).isFalse();
  }

  @Test
  void new_whatCannotBeUsed_isRefused() {
    assertThatThrownBy(() -> new BlockedQuery("(", true, List.of(), ""))
        .hasMessageContaining("error parsing regexp");
    assertThatThrownBy(() -> new BlockedQuery("", false, List.of("all"), ""))
        .hasMessageContaining("metric, filter, limited: all");
    assertThatThrownBy(() -> new BlockedQuery("", false, List.of(), "x"))
        .hasMessageContaining("hash of blocked_queries must be a number");
  }
}
