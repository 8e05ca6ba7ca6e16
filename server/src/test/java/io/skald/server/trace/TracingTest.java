package io.skald.server.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.time.Clock;
import io.skald.common.trace.RequestTrace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class TracingTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";

  private final Clock clock = Clock.system();

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          http://c:4318               -> http://c:4318/v1/traces
          http://c:4318/              -> http://c:4318/v1/traces
          https://c/otlp/v1/traces    -> https://c/otlp/v1/traces
          """)
  void endpoint_configured_getsThePathIfItHasNone(String configured, String used) {
    assertThat(new TracingConfig(true, configured, 1).endpoint(Map.of())).contains(used);
  }

  @Test
  void endpoint_ofTheEnvironment_isThatOfTracesThenThatOfAll() {
    TracingConfig config = TracingConfig.DEFAULTS;
    String all = "OTEL_EXPORTER_OTLP_ENDPOINT";
    String own = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

    assertThat(config.endpoint(Map.of())).isEmpty();
    assertThat(config.endpoint(Map.of(all, " "))).isEmpty();
    assertThat(config.endpoint(Map.of(all, "http://c:4318/x/")))
        .contains("http://c:4318/x/v1/traces");
    assertThat(config.endpoint(Map.of(all, "http://c:1", own, "http://d:2/y")))
        .contains("http://d:2/y");
    assertThat(new TracingConfig(true, "http://e:3", 1).endpoint(Map.of(own, "http://d:2")))
        .contains("http://e:3/v1/traces");
    assertThat(new TracingConfig(false, "http://e:3", 1).endpoint(Map.of(own, "http://d:2")))
        .isEmpty();
    assertThatThrownBy(() -> config.endpoint(Map.of(all, "c:4318")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(all);
    assertThatThrownBy(() -> new TracingConfig(true, "https://user:hunter2@c", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("OTEL_EXPORTER_OTLP_HEADERS")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void begin_withoutEndpoint_recordsNothingButKnowsTheClientsTrace() {
    Tracing tracing = Tracing.open(TracingConfig.DEFAULTS, Map.of(), "1", clock);

    RequestTrace trace = tracing.begin("/x", "GET", 0, _ -> PARENT + "01");

    assertThat(trace.isRecorded()).isFalse();
    assertThat(trace.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(tracing.begin("/x", "GET", 0, _ -> null).traceId()).isEmpty();
    tracing.close();
  }

  private static String closedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  private Tracing open(String endpoint, double ratio) {
    return Tracing.open(new TracingConfig(true, endpoint, ratio), Map.of(), "1", clock);
  }

  @Test
  void begin_clientsFlag_decidesWhetherItIsRecorded() throws IOException {
    try (Tracing tracing = open(closedPort(), 0)) {
      RequestTrace sampled =
          tracing.begin("/x", "GET", 0, name -> name.equals("traceparent") ? PARENT + "01" : null);
      RequestTrace unsampled =
          tracing.begin("/x", "GET", 0, name -> name.equals("traceparent") ? PARENT + "00" : null);
      RequestTrace own = tracing.begin("/x", "GET", 0, _ -> null);

      assertThat(sampled.isRecorded()).isTrue();
      assertThat(unsampled.isRecorded()).isFalse();
      assertThat(unsampled.traceId()).isEqualTo(sampled.traceId()).startsWith("4bf92f35");
      assertThat(own.isRecorded()).as("the ratio is 0").isFalse();
      assertThat(own.traceId()).hasSize(32);
    }
  }

  @Test
  void begin_askedForByMachines_isNotRecorded() throws IOException {
    try (Tracing tracing = open(closedPort(), 1)) {
      assertThat(tracing.begin("/metrics", "GET", 0, _ -> null).isRecorded()).isFalse();
      assertThat(tracing.begin("/ready", "GET", 0, _ -> null).isRecorded()).isFalse();
    }
  }

  @Test
  void end_collectorThatIsDead_neitherBlocksNorKeepsMoreThanTheQueue() throws IOException {
    Tracing tracing = open(closedPort(), 1);
    long started = System.nanoTime();
    for (int i = 0; i < 50_000; i++) {
      RequestTrace trace = tracing.begin("/x", "POST", clock.monotonicNanos(), _ -> null);
      trace.phase("decode", clock.monotonicNanos(), 1, Map.of("n", 1L));
      trace.end(503);
    }
    Duration took = Duration.ofNanos(System.nanoTime() - started);
    tracing.close();

    assertThat(tracing.spans().ended()).isEqualTo(100_000);
    assertThat(tracing.spans().exported()).isZero();
    assertThat(tracing.spans().failed()).isBetween(1L, 99_999L);
    assertThat(took).as("100 000 spans").isLessThan(Duration.ofSeconds(20));
  }
}
