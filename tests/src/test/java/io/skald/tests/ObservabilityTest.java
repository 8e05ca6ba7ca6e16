package io.skald.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a real server tells about itself: metrics, log, traces. */
class ObservabilityTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String TRACEPARENT = "00-" + TRACE + "-" + PARENT + "-01";
  private static final String PUSH = "/loki/api/v1/push";
  private static final String QUERY = "/loki/api/v1/query_range";
  private static final int MANY = 2000;
  private static final JsonMapper JSON = JsonMapper.shared();

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private final long now = System.currentTimeMillis() * 1_000_000;
  private @Nullable SkaldProcess server;

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private void start(String settings, Map<String, String> environment) {
    server = SkaldProcess.serve(directory, port, settings, true, "", environment);
  }

  private SkaldProcess server() {
    return Objects.requireNonNull(server);
  }

  private Exposition metrics() {
    return new Exposition(client.get("/metrics").text());
  }

  private SkaldClient.Answer send(String tenant, String path, String query, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
            URI.create(server().address() + path + "?query=" + URLEncoder.encode(query, UTF_8)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.as(tenant).send(request.GET());
  }

  private SkaldClient.Answer push(String tenant, String labels, long time, String line) {
    String body =
        "{\"streams\":[{\"stream\":%s,\"values\":[[\"%d\",\"%s\"]]}]}"
            .formatted(labels, time, line);
    return client.as(tenant).post(PUSH, "application/json", body.getBytes(UTF_8));
  }

  @Test
  void metrics_ofPushesAndQueries_tellWhatHappened() {
    start("limits_config: {max_global_streams_per_user: 2}", Map.of());
    assertThat(push("acme", "{\"app\":\"web\"}", now, "hello world").status()).isEqualTo(204);
    push("other", "{\"app\":\"web\"}", now, "x");
    push("acme", "{\"app\":\"web\"}", 1, "too old");
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < MANY; i++) {
      values.append(i == 0 ? "" : ",").append("[\"%d\",\"order %d shipped\"]".formatted(now, i));
    }
    client.as("acme").push("{\"app\":\"two\"}", values);
    assertThat(push("acme", "{\"app\":\"three\"}", now, "too many").status()).isEqualTo(429);
    push("acme", "{\"app\":\"web\"}", now - 5 * 3_600_000_000_000L, "far behind");
    client.post("/flush", "text/plain", new byte[0]);
    assertThat(send("acme", QUERY, "{app=\"web\"} |= \"hello\"").status()).isEqualTo(200);
    assertThat(send("acme", QUERY, "{app=\"two\"} |= \"zebra crossing\"").status()).isEqualTo(200);
    assertThat(send("acme", QUERY, "{app=").status()).isEqualTo(400);
    assertThat(send("acme", "/loki/api/v1/query", "sum(rate({app=\"web\"}[5m]))").status())
        .isEqualTo(200);

    Exposition metrics = metrics();

    String received = "skald_distributor_lines_received_total";
    assertThat(metrics.sum(received, "tenant", "other")).isEqualTo(1);
    assertThat(metrics.sum(received, "tenant", "acme")).isEqualTo(MANY + 3);
    String discarded = "skald_discarded_samples_total";
    assertThat(metrics.sum(discarded, "reason", "greater_than_max_sample_age")).isEqualTo(1);
    assertThat(metrics.sum(discarded, "reason", "stream_limit", "tenant", "acme")).isEqualTo(1);
    assertThat(metrics.sum(discarded, "reason", "too_far_behind")).isEqualTo(1);
    assertThat(metrics.sum("skald_discarded_bytes_total", "reason", "stream_limit"))
        .isEqualTo("too many".length());
    assertThat(metrics.sum("skald_ingester_stored_lines_total")).isEqualTo(MANY + 2);
    assertThat(metrics.sum("skald_wal_sync_duration_seconds_count"))
        .isEqualTo(metrics.sum("skald_wal_syncs_total"))
        .isPositive();
    assertThat(metrics.sum("skald_ingester_chunks_flushed_total", "reason", "request"))
        .isEqualTo(3);
    assertThat(metrics.sum("skald_ingester_flush_duration_seconds_count")).isEqualTo(2);
    assertThat(metrics.sum("skald_ingester_flush_waiting_chunks")).isZero();
    assertThat(metrics.sum("skald_object_store_written_bytes_total")).isPositive();

    String requests = "skald_request_duration_seconds_count";
    assertThat(metrics.sum(requests, "route", PUSH, "status_code", "204")).isEqualTo(3);
    assertThat(metrics.sum(requests, "route", PUSH, "status_code", "429")).isEqualTo(1);
    assertThat(metrics.sum(requests, "route", QUERY, "method", "GET")).isEqualTo(3);
    assertThat(metrics.sum("skald_http_requests_in_flight")).as("this one").isEqualTo(1);

    String queries = "skald_querier_query_duration_seconds_count";
    assertThat(metrics.sum(queries, "kind", "log", "status_code", "200")).isEqualTo(2);
    assertThat(metrics.sum(queries, "kind", "invalid", "status_code", "400")).isEqualTo(1);
    assertThat(metrics.sum(queries, "kind", "instant")).isEqualTo(1);
    for (String phase : List.of("queue", "parse", "plan", "scan", "merge", "write")) {
      assertThat(
              metrics.sum(
                  "skald_querier_phase_duration_seconds_count", "kind", "log", "phase", phase))
          .as(phase)
          .isEqualTo(2);
    }
    assertThat(metrics.sum("skald_querier_returned_entries_total")).isEqualTo(1);
    assertThat(metrics.sum("skald_querier_processed_lines_total", "kind", "log")).isPositive();
    assertThat(metrics.sum("skald_querier_fetched_bytes_total", "kind", "log")).isPositive();
    assertThat(metrics.sum("skald_querier_skipped_blocks_total", "kind", "log")).isEqualTo(1);
    assertThat(metrics.sum("skald_querier_skipped_bytes_total", "kind", "log"))
        .isBetween(MANY * 15.0, MANY * 20.0);
    assertThat(metrics.sum("skald_cache_hits_total", "cache", "footers")).isPositive();
    assertThat(metrics.sum("skald_cache_misses_total", "cache", "columns")).isPositive();
    assertThat(metrics.sum("skald_index_keys")).isPositive();
  }

  @Test
  void statistics_ofAnAnswer_tellTheWaiting() {
    start("", Map.of());
    push("acme", "{\"app\":\"web\"}", now, "hello");

    JsonNode stats = send("acme", QUERY, "{app=\"web\"}").json().get("data").get("stats");

    double queue = stats.get("summary").get("queueTime").asDouble();
    assertThat(queue).isPositive();
    assertThat(metrics().sum("skald_querier_phase_duration_seconds_sum", "phase", "queue"))
        .isEqualTo(queue);
  }

  @Test
  void webSocket_isARequestThatSwitched_andAConnection() {
    start("", Map.of());
    try (HttpClient http = HttpClient.newHttpClient()) {
      WebSocket socket =
          http.newWebSocketBuilder()
              .header("X-Scope-OrgID", "acme")
              .buildAsync(
                  URI.create(
                      "ws://127.0.0.1:" + port + "/loki/api/v1/tail?query=%7Ba%3D%22b%22%7D"),
                  new WebSocket.Listener() {})
              .join();

      assertThat(metrics().sum("skald_http_websockets")).isEqualTo(1);
      assertThat(
              metrics()
                  .sum(
                      "skald_request_duration_seconds_count",
                      "route",
                      "/loki/api/v1/tail",
                      "status_code",
                      "101"))
          .isEqualTo(1);

      socket.abort();
      await(() -> metrics().sum("skald_http_websockets") == 0);
      assertThat(metrics().sum("skald_http_websockets_opened_total")).isEqualTo(1);
    }
  }

  /** Returns what the server has logged; the launcher and the JVM print lines before that. */
  private List<String> log(String begin) {
    return server().output().lines().dropWhile(line -> !line.startsWith(begin)).toList();
  }

  private List<JsonNode> jsonLog() {
    return log("{").stream().map(JSON::readTree).toList();
  }

  @Test
  void log_asJson_tellsRequestsAndQueries_andNoSecrets() {
    server =
        SkaldProcess.serve(
            directory, port, "", true, "log_format: json, log_request_at_info_level_enabled: true");
    String hostile = "{app=\"web\"} |= `\n{\"msg\":\"forged\"}` # \u001b[31m";

    SkaldClient.Answer answer =
        send(
            "acme",
            QUERY,
            hostile,
            "traceparent",
            TRACEPARENT,
            "X-Query-Tags",
            "Source=logvolhist,evil=\"x\"",
            "Authorization",
            "Bearer hunter2-secret");
    assertThat(answer.status()).isEqualTo(200);
    await(
        () -> jsonLog().stream().anyMatch(line -> is(line, "request") && has(line, "path", QUERY)));

    assertThat(String.join("\n", log("{"))).doesNotContain("hunter2", "\u001b");
    List<JsonNode> queries = jsonLog().stream().filter(line -> is(line, "query")).toList();
    assertThat(queries).hasSize(1);
    JsonNode query = queries.getFirst();
    assertThat(query.get("level").asString()).isEqualTo("info");
    assertThat(query.get("component").asString()).isEqualTo("querier");
    assertThat(query.get("tenant").asString()).isEqualTo("acme");
    assertThat(query.get("traceID").asString()).isEqualTo(TRACE);
    assertThat(query.get("query").asString()).isEqualTo(hostile);
    assertThat(query.get("kind").asString()).isEqualTo("log");
    assertThat(query.get("status").asInt()).isEqualTo(200);
    assertThat(query.get("query_tags").asString()).isEqualTo("Source=logvolhist,evil=_x_");
    assertThat(query.get("duration").asString()).endsWith("s");
    assertThat(query.get("queue_time").asString()).endsWith("s");
    JsonNode request =
        jsonLog().stream()
            .filter(line -> is(line, "request") && has(line, "path", QUERY))
            .findFirst()
            .orElseThrow();
    assertThat(request.get("route").asString()).isEqualTo(QUERY);
    assertThat(request.get("method").asString()).isEqualTo("GET");
    assertThat(request.get("tenant").asString()).isEqualTo("acme");
    assertThat(request.get("traceID").asString()).isEqualTo(TRACE);
    assertThat(request.get("response_bytes").asInt()).isPositive();
  }

  private static boolean is(JsonNode line, String message) {
    return has(line, "msg", message);
  }

  private static boolean has(JsonNode line, String field, String value) {
    return line.has(field) && line.get(field).asString().equals(value);
  }

  @Test
  void log_queriesSwitchedOff_orFasterThanAskedFor_areNotTold() {
    start("querier: {log_queries_longer_than: 1h}", Map.of());
    send("acme", QUERY, "{app=\"web\"}");

    assertThat(server().stop()).isZero();
    assertThat(server().output()).contains("msg=\"listening on").doesNotContain("msg=\"query\"");
  }

  @Test
  void traces_ofPushAndQuery_continueTheClientsTrace() {
    try (OtlpReceiver collector = new OtlpReceiver()) {
      start("tracing: {enabled: true}", Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.address()));
      push("acme", "{\"app\":\"web\"}", now, "hello");
      send("acme", QUERY, "{app=\"web\"} |= \"hello\"", "traceparent", TRACEPARENT);
      await(() -> collector.spans().size() >= 11);

      Map<String, OtlpReceiver.Span> query = ofTrace(collector, TRACE);
      OtlpReceiver.Span root = Objects.requireNonNull(query.get("GET " + QUERY));
      assertThat(root.parentSpanId()).isEqualTo(PARENT);
      assertThat(root.attributes())
          .containsEntry("http.route", QUERY)
          .containsEntry("http.response.status_code", 200L)
          .containsEntry("skald.tenant", "acme")
          .containsEntry("skald.query.kind", "log")
          .containsEntry("skald.query.entries_returned", 1L);
      List<String> phases = List.of("queue", "parse", "plan", "scan", "merge", "write");
      assertThat(query.keySet()).containsAll(phases).hasSize(phases.size() + 1);
      long last = root.startNanos();
      for (String phase : phases) {
        OtlpReceiver.Span span = Objects.requireNonNull(query.get(phase));
        assertThat(span.parentSpanId()).as(phase).isEqualTo(root.spanId());
        assertThat(span.startNanos()).as(phase).isBetween(last, root.endNanos());
        assertThat(span.endNanos()).as(phase).isBetween(span.startNanos(), root.endNanos());
        last = span.endNanos();
      }
      assertThat(Objects.requireNonNull(query.get("scan")).attributes())
          .containsEntry("skald.query.lines", 1L);

      OtlpReceiver.Span pushed =
          collector.spans().stream()
              .filter(span -> span.name().equals("POST " + PUSH))
              .findFirst()
              .orElseThrow();
      assertThat(pushed.parentSpanId()).isEmpty();
      assertThat(ofTrace(collector, pushed.traceId()).keySet())
          .containsExactlyInAnyOrder("POST " + PUSH, "decode", "validate", "store");
      await(() -> metrics().sum("skald_tracing_spans_exported_total") == 11);
    }
  }

  private static Map<String, OtlpReceiver.Span> ofTrace(OtlpReceiver collector, String trace) {
    return collector.spans().stream()
        .filter(span -> span.traceId().equals(trace))
        .collect(Collectors.toMap(OtlpReceiver.Span::name, Function.identity()));
  }

  @Test
  void traces_collectorIsDead_nothingIsDisturbed() {
    start(
        "tracing: {otlp_endpoint: 'http://127.0.0.1:%d'}".formatted(SkaldProcess.freePort()),
        Map.of());
    for (int i = 0; i < 20; i++) {
      assertThat(push("acme", "{\"app\":\"web\"}", now + i, "hello").status()).isEqualTo(204);
    }
    assertThat(send("acme", QUERY, "{app=\"web\"}").status()).isEqualTo(200);
    assertThat(metrics().sum("skald_tracing_spans_ended_total")).isGreaterThan(80);

    long asked = System.nanoTime();
    assertThat(server().stop()).isZero();
    assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(30));
    assertThat(log("ts="))
        .as("lines of libraries are in the form of the log, too")
        .isNotEmpty()
        .allMatch(line -> line.startsWith("ts="));
  }

  @Test
  void traces_withoutEndpoint_loadNothing() throws IOException {
    Path classes = directory.resolve("classes.txt");
    start(
        "tracing: {enabled: true}", Map.of("SKALD_JAVA_OPTS", "-Xlog:class+load:file=" + classes));
    push("acme", "{\"app\":\"web\"}", now, "hello");
    send("acme", QUERY, "{app=\"web\"}", "traceparent", TRACEPARENT);
    client.get("/metrics");

    assertThat(server().stop()).isZero();
    try (var lines = Files.lines(classes)) {
      List<String> loaded =
          lines
              .filter(line -> line.contains("io.skald.server.") || line.contains("telemetry"))
              .toList();
      assertThat(loaded).anyMatch(line -> line.contains("io.skald.server.trace.Tracing"));
      assertThat(loaded).noneMatch(line -> line.contains("io.opentelemetry"));
    }
  }

  private static void await(java.util.concurrent.Callable<Boolean> condition) {
    Awaitility.await().atMost(Duration.ofSeconds(30)).until(condition);
  }
}
