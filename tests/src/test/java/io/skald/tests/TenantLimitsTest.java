package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** A real server with limits for single tenants: what they are told, and that changes are taken. */
class TenantLimitsTest {
  private static final String OVERRIDES =
      """
      overrides:
        query:
          max_query_range: 10m
          max_query_length: 2h
          required_labels: [app]
          minimum_labels_number: 2
          max_streams_matchers_per_query: 3
          max_entries_limit_per_query: 50
          blocked_queries:
            - {pattern: 'secret', regex: true}
            - {types: 'metric', pattern: 'rate({app="x", env="y"}[1m])'}
        bytes: {max_query_bytes_read: 100}
        look: {max_query_lookback: 1h}
        push: {enforced_labels: [team]}
      """;

  private static final String QUERY = "/loki/api/v1/query_range";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir static Path directory;
  private static final int PORT = SkaldProcess.freePort();
  private static SkaldProcess server;

  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + PORT);
  private final Instant now = Instant.now();

  @BeforeAll
  static void start() throws IOException {
    write(OVERRIDES);
    server =
        SkaldProcess.serve(
            directory,
            PORT,
            """
            runtime_config: {file: overrides.yaml, period: 100ms}
            limits_config: {max_query_series: 400, discover_log_levels: false}
            """,
            true);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static void write(String overrides) throws IOException {
    Path file = directory.resolve("overrides.yaml.new");
    Files.writeString(file, overrides);
    Files.move(file, directory.resolve("overrides.yaml"), StandardCopyOption.REPLACE_EXISTING);
  }

  private String entry(Duration age, String line) {
    Instant time = now.minus(age);
    return "[\"%d%09d\",\"%s\"]".formatted(time.getEpochSecond(), time.getNano(), line);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited too long").isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '^',
      delimiterString = "->",
      textBlock =
          """
          {app="x", env="y"} |= "secret" -> query blocked by policy
          rate({app="x", env="y"}[1m]) -> query blocked by policy
          sum(rate({app="x", env="y"}[15m])) -> [interval] value exceeds limit: [15m] > [10m]
          {app="x", env="y"} -> max entries limit per query exceeded, limit > max_entries_limit_per_query (100 > 50)
          {env="y"} -> stream selector is missing required matchers [app], labels present in the query were [env]
          {app="x"} -> stream selector has less label matchers than required: (present: [app], number_present: 1, required_number_label_matchers: 2)
          {app="x", env="y", a="1", b="2"} -> max streams matchers per query exceeded, matchers-count > limit (4 > 3)
          """)
  void query_beyondALimit_isRefusedWithItsText(String query, String text) {
    SkaldClient.Answer answer = client.as("query").get(QUERY, "query", query);

    assertThat(answer.text()).isEqualTo(text);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(client.as("other").get(QUERY, "query", query).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "/loki/api/v1/labels,",
    "/loki/api/v1/series,",
    "/loki/api/v1/index/stats,query",
    "/loki/api/v1/index/volume,query",
    "/loki/api/v1/detected_labels,query",
    "/loki/api/v1/detected_fields,query",
    "/loki/api/v1/query_range,query",
  })
  void read_longerThanAllowed_isRefused(String path, String query) {
    String start = Long.toString(now.getEpochSecond() - 3 * 3600);
    String end = Long.toString(now.getEpochSecond());
    String selector = "{app=\"x\", env=\"y\"}";

    SkaldClient.Answer answer =
        query == null
            ? client.as("query").get(path, "start", start, "end", end)
            : client
                .as("query")
                .get(
                    path,
                    query,
                    selector,
                    "start",
                    start,
                    "end",
                    end,
                    "limit",
                    "10",
                    "line_limit",
                    "10");

    assertThat(answer.text())
        .isEqualTo("the query time range exceeds the limit (query length: 3h0m0s, limit: 2h)");
    assertThat(answer.status()).isEqualTo(400);
  }

  @Test
  void query_tooManyBytes_isRefusedBeforeAndAfterAFlush() {
    SkaldClient tenant = client.as("bytes");
    tenant.push("{\"app\":\"x\"}", entry(Duration.ofMinutes(2), "x".repeat(90)));
    tenant.push("{\"app\":\"x\"}", entry(Duration.ZERO, "x".repeat(90)));
    for (int round = 0; round < 2; round++) {
      SkaldClient.Answer all = tenant.get(QUERY, "query", "{app=\"x\"}");
      SkaldClient.Answer half = tenant.get(QUERY, "query", "{app=\"x\"}", "since", "1m");
      SkaldClient.Answer metric =
          tenant.get("/loki/api/v1/query", "query", "count_over_time({app=\"x\"}[5m])");

      assertThat(all.status()).isEqualTo(400);
      assertThat(all.text())
          .startsWith("the query would read too many bytes (query: 180B, limit: 100B)");
      assertThat(metric.text()).isEqualTo(all.text());
      assertThat(half.status()).as(half.text()).isEqualTo(200);
      assertThat(tenant.get("/flush").status()).isEqualTo(204);
    }
  }

  @Test
  void read_beyondTheLookback_seesOnlyWhatIsNewer() {
    SkaldClient tenant = client.as("look");
    tenant.push("{\"app\":\"old\"}", entry(Duration.ofMinutes(90), "old"));
    tenant.push(
        "{\"app\":\"x\"}",
        entry(Duration.ofMinutes(61), "older") + "," + entry(Duration.ofMinutes(59), "newer"));

    for (int round = 0; round < 2; round++) {
      JsonNode streams =
          tenant
              .get(QUERY, "query", "{app=~\".+\"}", "since", "3h")
              .json()
              .get("data")
              .get("result");
      JsonNode counts =
          tenant
              .get("/loki/api/v1/query", "query", "count_over_time({app=~\".+\"}[3h])")
              .json()
              .get("data")
              .get("result");
      SkaldClient.Answer before =
          tenant.get(
              QUERY,
              "query",
              "sum(count_over_time({app=~\".+\"}[5m])) or vector(1)",
              "start",
              Long.toString(now.getEpochSecond() - 9000),
              "end",
              Long.toString(now.getEpochSecond() - 5000));

      assertThat(streams).hasSize(1);
      assertThat(streams.get(0).get("values")).hasSize(1);
      assertThat(streams.get(0).get("values").get(0).get(1).asString()).isEqualTo("newer");
      assertThat(counts).hasSize(1);
      assertThat(counts.get(0).get("value").get(1).asString()).isEqualTo("1");
      assertThat(before.status()).isEqualTo(200);
      assertThat(before.json().get("data").get("result")).isEmpty();
      assertThat(tenant.get("/loki/api/v1/label/app/values", "since", "3h").json().get("data"))
          .hasSize(1);
      assertThat(tenant.get("/flush").status()).isEqualTo(204);
    }
  }

  @Test
  void push_withoutEnforcedLabels_namesTheTenant() {
    SkaldClient.Answer answer =
        client
            .as("push")
            .post(
                "/loki/api/v1/push",
                "application/json",
                ("{\"streams\":[{\"stream\":{\"app\":\"x\"},\"values\":["
                        + entry(Duration.ZERO, "l")
                        + "]}]}")
                    .getBytes(StandardCharsets.UTF_8));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text())
        .isEqualTo(
            "missing required labels 'team' for user 'push' for stream"
                + " '{app=\"x\", service_name=\"x\"}' (policy: '')\n");
  }

  @Test
  void limits_changedFile_isInForceWithoutARestartAndABadOneIsNot() throws IOException {
    SkaldClient tenant = client.as("look");
    assertThat(limits(tenant)).contains("max_query_lookback: 1h\n", "max_query_series: 400\n");

    write("overrides: {look: {max_query_series: 7}}");
    await(() -> limits(tenant).contains("max_query_series: 7\n"));
    assertThat(limits(tenant)).contains("max_query_lookback: 0s\n");
    assertThat(drilldown(tenant).get("limits").get("max_query_series").asInt()).isEqualTo(7);

    write("overrides: {look: {max_query_series: 8, max_query_seris: 9}}");
    await(() -> client.get("/metrics").text().contains("skald_overrides_stale 1.0"));
    assertThat(limits(tenant)).contains("max_query_series: 7\n");
    assertThat(server.output())
        .contains("overrides.yaml:1:41: unknown key 'max_query_seris' in 'overrides.look'");

    write(OVERRIDES);
    await(() -> limits(tenant).contains("max_query_series: 400\n"));
  }

  private static String limits(SkaldClient tenant) {
    SkaldClient.Answer answer = tenant.get("/config/tenant/v1/limits");
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return answer.text();
  }

  private static JsonNode drilldown(SkaldClient tenant) {
    return tenant.get("/loki/api/v1/drilldown-limits").json();
  }

  @Test
  void limits_withoutTenant_areRefused() {
    assertThat(client.get("/config/tenant/v1/limits").status()).isEqualTo(401);
    assertThat(client.get("/config/tenant/v1/limits").text()).isEqualTo("no org id\n");
    assertThat(client.as("a|b").get("/config/tenant/v1/limits").status()).isEqualTo(400);
  }

  @Test
  void limits_withoutAuthentication_needNoTenant(@TempDir Path other) {
    int port = SkaldProcess.freePort();
    SkaldClient anybody = new SkaldClient("http://127.0.0.1:" + port);
    try (SkaldProcess open = SkaldProcess.serve(other, port, "")) {
      assertThat(open.isAlive()).isTrue();
      assertThat(anybody.get("/config/tenant/v1/limits").text()).contains("max_line_size: 256KB\n");
      assertDrilldown(drilldown(anybody).get("limits"));
    }
  }

  private static void assertDrilldown(JsonNode limits) {
    assertThat(limits.propertyNames())
        .containsExactlyInAnyOrder(
            "discover_log_levels",
            "discover_service_name",
            "log_level_fields",
            "max_entries_limit_per_query",
            "max_line_size_truncate",
            "max_query_bytes_read",
            "max_query_length",
            "max_query_lookback",
            "max_query_range",
            "max_query_series",
            "metric_aggregation_enabled",
            "otlp_config",
            "pattern_persistence_enabled",
            "query_timeout",
            "retention_period",
            "volume_enabled",
            "volume_max_series");
    assertThat(limits.get("max_query_bytes_read").asString()).isEqualTo("0B");
    assertThat(limits.get("max_query_length").asString()).isEqualTo("30d1h");
    assertThat(limits.get("volume_enabled").isBoolean()).isTrue();
  }
}
