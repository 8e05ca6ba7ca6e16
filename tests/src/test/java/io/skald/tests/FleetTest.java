package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.tests.DocumentedMetrics.Told;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Queriers of a cluster share queries, and answer as one that works alone. */
class FleetTest {
  private static final int STREAMS = 40;
  private static final int LINES = 200;
  private static final long SECOND = 1_000_000_000L;

  private static final List<String> METRICS =
      List.of(
          "sum by (app) (count_over_time({job=\"fleet\"}[2m]))",
          "sum by (app) (rate({job=\"fleet\"} |= \"error\" [1m]))",
          "sum by (status) (count_over_time({job=\"fleet\"} | json [3m]))",
          "quantile_over_time(0.9, {job=\"fleet\"} | json | unwrap ms [2m]) by (app)",
          "avg by (app) (avg_over_time({job=\"fleet\"} | json | unwrap ms [90s]))",
          "max by (app) (max_over_time({job=\"fleet\"} | json | unwrap ms [2m]))",
          "sum(last_over_time({job=\"fleet\"} | json | unwrap ms [2m])) by (pod)",
          "stddev_over_time({job=\"fleet\"} | json | unwrap ms [2m]) by (pod)",
          "topk(3, sum by (path) (bytes_over_time({job=\"fleet\"} | json [5m])))",
          "sum(rate({job=\"fleet\"} |= \"error\" [1m])) / sum(rate({job=\"fleet\"} | json [1m]))",
          "absent_over_time({job=\"fleet\"} |= \"nothing like it\" [1m])");

  private static final List<String> LOGS =
      List.of(
          "{job=\"fleet\"} |= \"error\"",
          "{job=\"fleet\"} | json | ms > 990",
          "{job=\"fleet\"} |~ \"p-1[0-9]$|needle\" | json | label_format pod=app",
          "{job=\"fleet\"} |= \"needle\"");

  @TempDir Path directory;
  private final long start = System.currentTimeMillis() / 60_000 * 60 * SECOND - 3600 * SECOND;

  private void push(SkaldClient client, int from, int to) {
    Random random = new Random(from);
    for (int stream = 0; stream < STREAMS; stream++) {
      StringBuilder values = new StringBuilder();
      for (int i = from; i < to; i++) {
        // Ties: many streams have entries of one timestamp.
        long timestamp = start + i * 15L * SECOND + random.nextInt(2);
        String line =
            "{\\\"status\\\":%d,\\\"ms\\\":%d,\\\"path\\\":\\\"/p-%d\\\",\\\"msg\\\":\\\"%s\\\"}"
                .formatted(
                    random.nextInt(5) * 100 + 100,
                    random.nextInt(1000),
                    random.nextInt(30),
                    stream == 7 && i == 33 ? "needle" : random.nextInt(9) == 0 ? "error" : "fine");
        values
            .append(values.isEmpty() ? "" : ",")
            .append("[\"%d\",\"%s\"]".formatted(timestamp, line));
      }
      client.push(
          "{\"job\":\"fleet\",\"app\":\"a%d\",\"pod\":\"p%d\"}".formatted(stream % 5, stream),
          values);
    }
  }

  private JsonNode ask(SkaldClient client, String query, String... parameters) {
    String[] all = new String[parameters.length + 6];
    String[] range = {
      "query", query, "start", Long.toString(start), "end", Long.toString(start + 3500 * SECOND)
    };
    System.arraycopy(range, 0, all, 0, range.length);
    System.arraycopy(parameters, 0, all, range.length, parameters.length);
    SkaldClient.Answer answer = client.get("/loki/api/v1/query_range", all);
    assertThat(answer.status()).as("%s: %s", query, answer.text()).isEqualTo(200);
    return answer.json().get("data");
  }

  private void assertSame(SkaldClient shared, SkaldClient alone) {
    for (String query : METRICS) {
      JsonNode expected = ask(alone, query, "step", "60");
      JsonNode actual = ask(shared, query, "step", "60");
      assertThat(actual.get("result")).as(query).isEqualTo(expected.get("result"));
      assertThat(lines(actual)).as("lines of %s", query).isEqualTo(lines(expected));
    }
    for (String query : LOGS) {
      for (String direction : List.of("forward", "backward")) {
        for (String limit : List.of("7", "400", "5000")) {
          String[] parameters = {"direction", direction, "limit", limit};
          assertThat(ask(shared, query, parameters).get("result"))
              .as("%s %s %s", query, direction, limit)
              .isEqualTo(ask(alone, query, parameters).get("result"));
        }
      }
    }
  }

  private static int lines(JsonNode data) {
    return data.get("stats").get("summary").get("totalLinesProcessed").asInt();
  }

  /** What only processes of a cluster have stands in docs/metrics.md, and nothing else does. */
  private static void assertMetricsAreDocumented(SkaldClient querier) {
    Map<String, Told> told = DocumentedMetrics.read();
    told.keySet().removeIf(name -> !DocumentedMetrics.isOfACluster(name));
    Map<String, Told> seen = new TreeMap<>();
    new Exposition(querier.get("/metrics").text())
        .metrics()
        .forEach((name, metric) -> {
          if (DocumentedMetrics.isOfACluster(name)) {
            seen.put(name, new Told(metric.type, List.copyOf(metric.labels)));
          }
        });
    assertThat(seen).isEqualTo(told);
  }

  private static int sum(List<SkaldClient> queriers, ToIntFunction<SkaldClient> metric) {
    return queriers.stream().mapToInt(metric).sum();
  }

  @Test
  void queries_sharedByQueriers_areAnsweredAsByOne() throws Exception {
    String settings =
        """
        auth_enabled: false
        ingester_client: {remote_timeout: 60s}
        querier: {fan_out_min_bytes: 20KB, fan_out_after: 0s}
        """;
    try (LoopbackCluster cluster = new LoopbackCluster(directory, settings, 3)) {
      SkaldClient gateway = new SkaldClient(cluster.address());
      push(gateway, 0, LINES - 50);
      cluster.flush();
      push(gateway, LINES - 50, LINES);
      SkaldClient alone = cluster.startQuerier("alone", "querier.fan_out_min_bytes", "0");
      List<SkaldClient> queriers = cluster.queriers();
      SkaldClient first = queriers.getFirst();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> {
            ask(first, METRICS.getFirst(), "step", "60");
            return sum(queriers.subList(1, 3), one -> one.metric("skald_fleet_served_pieces_total"))
                > 0;
          });

      assertSame(first, alone);
      for (SkaldClient querier : queriers.subList(1, 3)) {
        assertThat(querier.metric("skald_fleet_served_pieces_total")).isGreaterThan(5);
        assertThat(querier.metric("skald_fleet_refused_pieces_total")).isZero();
      }
      assertMetricsAreDocumented(queriers.get(1));
      cluster.stopQuerier(2);
      assertSame(first, alone);
      assertThat(first.metric("skald_fleet_divided_scans_total")).isGreaterThan(40);
      assertThat(alone.metric("skald_fleet_divided_scans_total")).isZero();
    }
  }
}
