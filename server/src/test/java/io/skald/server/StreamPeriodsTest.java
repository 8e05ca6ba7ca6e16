package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.limits.Limits;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamPeriodsTest {
  private static final TenantId TENANT = new TenantId("t");

  @ParameterizedTest
  @CsvSource({"dock, dev, 48", "dock, prod, 24", "crane, prod, 72", "crane, dev, 744"})
  void keepNanos_severalRules_highestPriorityThenShortestCounts(
      String app, String env, long hours) {
    Limits limits =
        limits(
            """
            retention_period: 744h
            retention_stream:
              - {selector: '{app="dock"}', priority: 1, period: 48h}
              - {selector: '{env="prod"}', priority: 0, period: 72h}
              - {selector: '{app="dock", env="prod"}', priority: 1, period: 24h}
            """);
    StreamPeriods periods = new StreamPeriods(_ -> limits);

    assertThat(periods.keepNanos(TENANT, Labels.of("app", app, "env", env)))
        .isEqualTo(Duration.ofHours(hours).toNanos());
  }

  @Test
  void load_selectorWithStage_isRefused() {
    assertThatThrownBy(() -> limits("retention_stream: [{selector: '{a=\"b\"} |= \"c\"'}]"))
        .hasMessageContaining("without stages");
    assertThatThrownBy(() -> limits("retention_stream: [{selector: '{a='}]"))
        .hasMessageContaining("retention_stream[].selector '{a='");
    assertThatThrownBy(() -> limits("retention_stream: [{period: 48h}]"))
        .hasMessageContaining("must name streams");
    assertThatThrownBy(() -> limits("retention_period: 23h")).hasMessageContaining("at least 24h");
  }

  private static Limits limits(String yaml) {
    return SkaldConfig.load("skald.yaml", "limits_config:\n" + yaml.indent(2), Map.of())
        .config()
        .limitsConfig();
  }
}
