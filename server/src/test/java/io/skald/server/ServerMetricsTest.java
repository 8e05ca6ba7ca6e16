package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.http.AnsweredRequest;
import io.skald.common.measure.DurationHistogram;
import io.skald.common.model.TenantId;
import io.skald.distributor.validate.DiscardReason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
  private final ServerMetrics metrics = new ServerMetrics();

  private List<String> lines(String name) {
    StringBuilder text = new StringBuilder();
    for (byte[] segment : metrics.scrape().body()) {
      text.append(new String(segment, StandardCharsets.UTF_8));
    }
    return text.toString().lines().filter(line -> line.startsWith(name)).toList();
  }

  @Test
  void received_manyTenants_shareOneSeriesBeyondTheLimit() {
    PushMetrics pushes = new PushMetrics(metrics);
    for (int i = 0; i < TenantLabels.MAX + 500; i++) {
      pushes.received(new TenantId("tenant-" + i), 2, 10);
    }
    pushes.received(new TenantId("tenant-0"), 1, 1);
    pushes.discarded(new TenantId("late"), DiscardReason.RATE_LIMITED, 3, 4);

    List<String> received = lines("skald_distributor_lines_received_total");
    assertThat(received).hasSize(TenantLabels.MAX + 1);
    assertThat(received)
        .contains(
            "skald_distributor_lines_received_total{tenant=\"tenant-0\"} 3.0",
            "skald_distributor_lines_received_total{tenant=\"__other__\"} 1000.0");
    assertThat(lines("skald_discarded_samples_total"))
        .containsExactly(
            "skald_discarded_samples_total{reason=\"rate_limited\",tenant=\"__other__\"} 3.0");
  }

  @Test
  void answered_methodsThatClientsMakeUp_shareOneSeries() {
    for (int i = 0; i < 100; i++) {
      metrics.answered(new AnsweredRequest("other", "M" + i, "/", 405, 0, "", 0, 0, ""));
    }

    assertThat(lines("skald_request_duration_seconds_count"))
        .containsExactly(
            "skald_request_duration_seconds_count{method=\"other\",route=\"other\","
                + "status_code=\"405\"} 100");
  }

  @Test
  void histogram_keptElsewhere_isShownCumulative() {
    DurationHistogram times = new DurationHistogram(.5, 1);
    metrics.histogram("skald_test_duration_seconds", "Times.", times::snapshot);
    times.observe(250_000_000);
    times.observe(750_000_000);
    times.observe(2_000_000_000);

    assertThat(lines("skald_test_duration_seconds"))
        .containsExactly(
            "skald_test_duration_seconds_bucket{le=\"0.5\"} 1",
            "skald_test_duration_seconds_bucket{le=\"1.0\"} 2",
            "skald_test_duration_seconds_bucket{le=\"+Inf\"} 3",
            "skald_test_duration_seconds_count 3",
            "skald_test_duration_seconds_sum 3.0");
  }
}
