package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Rules, with the Alertmanager and the Prometheus of the system at their ends. */
class RealAlertsTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private final List<Process> others = new ArrayList<>();
  private @Nullable SkaldProcess skald;

  @AfterEach
  void stop() throws InterruptedException {
    if (skald != null) {
      skald.close();
    }
    for (Process other : others) {
      other.destroy();
      other.waitFor();
    }
  }

  private void start(String... command) throws IOException {
    others.add(
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(command[0] + ".log").toFile())
            .start());
  }

  private SkaldClient serve(String ruler) {
    int port = SkaldProcess.freePort();
    SkaldProcess started = SkaldProcess.serve(directory, port, ruler);
    skald = started;
    return new SkaldClient(started.address());
  }

  private static void put(SkaldClient client, String yaml) {
    assertThat(
            client.post("/loki/api/v1/rules/ns", "", yaml.getBytes(StandardCharsets.UTF_8)).text())
        .contains("success");
  }

  private static void push(SkaldClient client) {
    long now = System.currentTimeMillis() * 1_000_000;
    client.push("{\"app\":\"kiosk\"}", "[\"" + now + "\",\"a jam\"]");
  }

  @Test
  void alertmanager_alertFiresAndEnds_isShownWithItsWords() throws IOException {
    assumeTrue(
        RealClientsTest.installed("prometheus-alertmanager"),
        "skipped: Alertmanager is not installed (Debian: apt-get install prometheus-alertmanager)");
    int port = SkaldProcess.freePort();
    Path config = directory.resolve("alertmanager.yml");
    Files.writeString(config, "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n");
    start(
        "prometheus-alertmanager",
        "--config.file=" + config,
        "--storage.path=" + directory.resolve("am"),
        "--cluster.listen-address=",
        "--web.listen-address=127.0.0.1:" + port);
    SkaldClient alertmanager = new SkaldClient("http://127.0.0.1:" + port);
    SkaldClient client =
        serve(
            """
            ruler:
              alertmanager_url: http://127.0.0.1:%d
              external_url: http://grafana.example
              external_labels: {region: eu}
              resend_delay: 1s
            """
                .formatted(port));
    put(
        client,
        """
        name: g
        interval: 1s
        rules:
          - alert: Jam
            expr: sum by (app) (count_over_time({app="kiosk"} |= "jam" [10s])) > 0
            for: 1s
            labels: {severity: page}
            annotations: {summary: "{{ $labels.app | toUpper }}: {{ $value | humanize }} in {{ $externalLabels.region }}"}
        """);
    push(client);

    Awaitility.await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> {
          JsonNode alerts = alertmanager.get("/api/v2/alerts").json();
          assertThat(alerts).hasSize(1);
          JsonNode alert = alerts.get(0);
          assertThat(alert.get("labels").toString())
              .isEqualTo(
                  "{\"alertname\":\"Jam\",\"app\":\"kiosk\",\"region\":\"eu\",\"severity\":\"page\"}");
          assertThat(alert.at("/annotations/summary").asString()).isEqualTo("KIOSK: 1 in eu");
          assertThat(alert.get("generatorURL").asString())
              .startsWith("http://grafana.example/explore?left=");
        });
    // The line leaves the window: the alert ends, and is not shown any more.
    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(alertmanager.get("/api/v2/alerts").json()).isEmpty());
    assertThat(client.get("/metrics").text())
        .contains("skald_ruler_notifications_errors_total 0.0");
  }

  @Test
  void prometheus_recordingRule_isASeriesThere() throws IOException {
    assumeTrue(
        RealClientsTest.installed("prometheus"),
        "skipped: prometheus is not installed (Debian: apt-get install prometheus)");
    int port = SkaldProcess.freePort();
    Path config = directory.resolve("prometheus.yml");
    Files.writeString(config, "scrape_configs: []\n");
    start(
        "prometheus",
        "--config.file=" + config,
        "--storage.tsdb.path=" + directory.resolve("tsdb"),
        "--web.enable-remote-write-receiver",
        "--web.listen-address=127.0.0.1:" + port);
    SkaldClient prometheus = new SkaldClient("http://127.0.0.1:" + port);
    SkaldClient client =
        serve(
            """
            ruler:
              external_labels: {region: eu}
              remote_write: {enabled: true, client: {url: "http://127.0.0.1:%d/api/v1/write"}}
            """
                .formatted(port));
    put(
        client,
        """
        name: g
        interval: 1s
        rules:
          - record: app:jams:count
            expr: sum by (app) (count_over_time({app="kiosk"} |= "jam" [1h]))
            labels: {team: é}
          - alert: Jam
            expr: sum(count_over_time({app="kiosk"}[1h])) > 0
            for: 1h
        """);
    push(client);

    Awaitility.await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> {
          JsonNode result =
              prometheus
                  .get("/api/v1/query", "query", "app:jams:count == 1")
                  .json()
                  .at("/data/result");
          assertThat(result).hasSize(1);
          assertThat(result.at("/0/metric").toString())
              .isEqualTo(
                  "{\"__name__\":\"app:jams:count\",\"app\":\"kiosk\",\"region\":\"eu\",\"team\":\"é\"}");
          assertThat(
                  prometheus
                      .get("/api/v1/query", "query", "ALERTS{alertstate=\"pending\"}")
                      .json()
                      .at("/data/result"))
              .hasSize(1);
        });
    assertThat(client.get("/metrics").text())
        .contains("skald_ruler_remote_write_samples_refused_total 0.0");
  }
}
