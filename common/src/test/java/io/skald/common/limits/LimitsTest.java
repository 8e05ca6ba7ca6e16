package io.skald.common.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.ConfigReader;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LimitsTest {
  private static Limits limits(String yaml) {
    return new ConfigReader("limits", Set.of()).read(yaml, Limits.DEFAULTS, Map.of());
  }

  @Test
  void strictest_ofTwoTenants_takesTheSmallerThatIsSet() {
    Limits a =
        limits(
            "{max_query_series: 0, max_query_length: 5h, query_timeout: 10s, required_labels:"
                + " [x]}");
    Limits b =
        limits(
            "{max_query_series: 7, max_query_length: 9h, query_timeout: 0s, required_labels: [y]}");

    for (QueryLimits both :
        new QueryLimits[] {a.strictest(b).queries(), b.strictest(a).queries()}) {
      assertThat(both.maxQuerySeries()).isEqualTo(7);
      assertThat(both.maxQueryLength()).isEqualTo(Duration.ofHours(5));
      assertThat(both.queryTimeout()).isEqualTo(Duration.ofSeconds(10));
      assertThat(both.requiredLabels()).containsExactlyInAnyOrder("x", "y");
      assertThat(both.maxEntriesLimitPerQuery()).isEqualTo(a.queries().maxEntriesLimitPerQuery());
    }
  }
}
