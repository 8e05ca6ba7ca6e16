package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Programs that were not written for Skald, pointed at it: they must not know the difference. */
class RealClientsTest {
  @TempDir private static Path directory;
  private static SkaldProcess skald;

  @BeforeAll
  static void start() throws IOException {
    int port = SkaldProcess.freePort();
    skald = SkaldProcess.serve(directory, port, "");
  }

  @AfterAll
  static void stop() {
    skald.close();
  }

  @Test
  void openTelemetrySdk_exportsOverOtlp_recordsCanBeQueried() {
    for (String compression : List.of("none", "gzip")) {
      String service = "sdk-" + compression;
      OtlpHttpLogRecordExporter exporter =
          OtlpHttpLogRecordExporter.builder()
              .setEndpoint(skald.address() + "/otlp/v1/logs")
              .setCompression(compression)
              .setTimeout(Duration.ofSeconds(30))
              .build();
      Resource resource =
          Resource.create(
              Attributes.of(
                  AttributeKey.stringKey("service.name"),
                  service,
                  AttributeKey.stringKey("host.name"),
                  "h-1"));
      try (SdkLoggerProvider provider =
          SdkLoggerProvider.builder()
              .setResource(resource)
              .addLogRecordProcessor(BatchLogRecordProcessor.builder(exporter).build())
              .build()) {
        Logger logger = provider.get("scope.a");
        for (int i = 0; i < 100; i++) {
          logger
              .logRecordBuilder()
              .setSeverity(i % 10 == 0 ? Severity.ERROR : Severity.INFO)
              .setBody("record " + i)
              .setAttribute(AttributeKey.longKey("order.id"), (long) i)
              .emit();
        }
        assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      }
      String selector = "{service_name=\"" + service + "\"}";
      assertThat(count(selector)).isEqualTo("100");
      assertThat(count(selector + " | detected_level=\"error\"")).isEqualTo("10");
      assertThat(count(selector + " | order_id=\"17\" | host_name=\"h-1\" |= \"record 17\""))
          .isEqualTo("1");
    }
  }

  private static String count(String query) {
    JsonNode result =
        new SkaldClient(skald.address())
            .get("/loki/api/v1/query", "query", "sum(count_over_time(" + query + "[1h]))")
            .json()
            .get("data")
            .get("result");
    return result.isEmpty() ? "0" : result.get(0).get("value").get(1).asString();
  }

  @Test
  void curl_largeBodyWithExpectHeader_isTakenAndReadBack() throws Exception {
    assumeTrue(installed("curl"), "skipped: curl is not installed (Debian: apt-get install curl)");
    StringBuilder body = new StringBuilder("{\"streams\":[{\"stream\":{\"app\":\"curl\"},");
    long now = System.currentTimeMillis() * 1_000_000L;
    body.append("\"values\":[");
    for (int i = 0; i < 4000; i++) {
      body.append(i == 0 ? "" : ",").append("[\"").append(now + i).append("\",\"line ");
      body.append(i).append(' ').append("p".repeat(400)).append("\"]");
    }
    Path file = directory.resolve("body.json");
    Files.writeString(file, body.append("]}]}"));
    assertThat(Files.size(file))
        .as("curl asks before it sends more than 1 MiB")
        .isGreaterThan(1 << 20);

    String pushed =
        run(
            "curl",
            "-sS",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "-H",
            "Content-Type: application/json",
            "-H",
            "Expect: 100-continue",
            "--data-binary",
            "@" + file,
            skald.address() + "/loki/api/v1/push");
    assertThat(pushed).isEqualTo("204");
    String answer =
        run(
            "curl",
            "-sS",
            "-G",
            "--compressed",
            skald.address() + "/loki/api/v1/query_range",
            "--data-urlencode",
            "query={app=\"curl\"} |= \"line 3999 \"");
    assertThat(answer).contains("\"resultType\":\"streams\"").contains("line 3999 ppp");
  }

  @Test
  void prometheus_scrapesMetrics_everySampleIsTaken() throws Exception {
    assumeTrue(
        installed("prometheus"),
        "skipped: prometheus is not installed (Debian: apt-get install prometheus)");
    URI server = URI.create(skald.address());
    Path config = directory.resolve("prometheus.yml");
    Files.writeString(
        config,
        """
        global: {scrape_interval: 1s}
        scrape_configs:
          - job_name: skald
            static_configs: [{targets: ["127.0.0.1:%d"]}]
        """
            .formatted(server.getPort()));
    int port = SkaldProcess.freePort();
    Process prometheus =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("prometheus.log").toFile())
            .start();
    try {
      SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptions()
          .untilAsserted(() -> {
            assertThat(instant(client, "up{job=\"skald\"}")).isEqualTo("1");
            assertThat(instant(client, "count(skald_build_info)")).isEqualTo("1");
            assertThat(instant(client, "count(skald_request_duration_seconds_bucket) > bool 0"))
                .isEqualTo("1");
          });
    } finally {
      prometheus.destroy();
      prometheus.waitFor();
    }
  }

  private static String instant(SkaldClient prometheus, String query) {
    return prometheus
        .get("/api/v1/query", "query", query)
        .json()
        .get("data")
        .get("result")
        .get(0)
        .get("value")
        .get(1)
        .asString();
  }

  static boolean installed(String program) {
    for (String folder : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return true;
      }
    }
    System.out.printf(Locale.ROOT, "%s is not installed: its test is skipped%n", program);
    return false;
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(new ArrayList<>(List.of(command)))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
