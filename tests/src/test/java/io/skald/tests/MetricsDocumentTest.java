package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skald.distributor.validate.DiscardReason;
import io.skald.tests.DocumentedMetrics.Told;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/metrics.md tells every metric of a running server, and no other; names keep the rules. */
class MetricsDocumentTest {
  /** Ends of names in the units that Prometheus asks for, before {@code _total} or a limit. */
  private static final Pattern FOREIGN_UNIT =
      Pattern.compile(
          ".*_(milliseconds|millis|ms|nanos|minutes|kilobytes|kb|mb|megabytes|percent)");

  @TempDir static Path directory;
  private static SkaldProcess server;
  private static String text;
  private static Exposition exposition;

  @BeforeAll
  static void start() {
    int port = SkaldProcess.freePort();
    server =
        SkaldProcess.serve(
            directory,
            port,
            """
            pattern_ingester: {enabled: true}
            limits_config: {discover_service_name: []}
            """);
    SkaldClient client = new SkaldClient(server.address());
    // Series with labels appear with their first event: one of each.
    long now = System.currentTimeMillis() * 1_000_000;
    client.push("{\"app\":\"web\"}", "[\"%d\",\"level=info msg=hello\"]".formatted(now));
    String old = "{\"streams\":[{\"stream\":{\"app\":\"web\"},\"values\":[[\"1\",\"old\"]]}]}";
    client.post("/loki/api/v1/push", "application/json", old.getBytes(StandardCharsets.UTF_8));
    client.post("/flush", "text/plain", new byte[0]);
    client.get("/loki/api/v1/query_range", "query", "{app=\"web\"} |= \"hello\"");
    text = client.get("/metrics").text();
    exposition = new Exposition(text);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void metrics_ofARunningServer_areThoseOfTheDocument() {
    Map<String, Told> told = DocumentedMetrics.read();
    // This server keeps its objects in a folder.
    assertThat(told.keySet().removeIf(name -> name.startsWith("skald_s3_"))).isTrue();
    // And it is alone; FleetTest looks at those of a cluster.
    assertThat(told.keySet().removeIf(DocumentedMetrics::isOfACluster)).isTrue();
    Map<String, Told> seen = new TreeMap<>();
    exposition
        .metrics()
        .forEach(
            (name, metric) -> seen.put(name, new Told(metric.type, List.copyOf(metric.labels))));

    assertThat(seen).hasSizeGreaterThan(100);
    assertThat(told).isEqualTo(seen);
  }

  @Test
  void metrics_all_haveHelpAndKeepTheConventions() {
    List<String> wrong = new ArrayList<>();
    exposition
        .metrics()
        .forEach((name, metric) -> {
          boolean own = name.startsWith("skald_");
          boolean counts = metric.type.equals("counter");
          if (!own && !name.startsWith("jvm_") && !name.startsWith("process_")) {
            wrong.add(name + ": of nobody");
          }
          if (metric.help.isBlank() || (own && !metric.help.endsWith("."))) {
            wrong.add(name + ": help '" + metric.help + "'");
          }
          if (counts != name.endsWith("_total")) {
            wrong.add(name + ": " + metric.type);
          }
          if (FOREIGN_UNIT.matcher(name.replaceAll("_(total|limit)$", "")).matches()) {
            wrong.add(name + ": unit");
          }
          if (own && metric.type.equals("histogram") && !name.endsWith("_duration_seconds")) {
            wrong.add(name + ": a histogram that is no duration");
          }
        });

    assertThat(wrong).isEmpty();
  }

  @Test
  void promtool_findsNothing() throws Exception {
    assumeTrue(
        RealClientsTest.installed("promtool"),
        "skipped: promtool is not installed (Debian: apt-get install prometheus)");
    Path scraped = Files.writeString(directory.resolve("metrics.txt"), text);
    Path said = directory.resolve("promtool.txt");
    Process promtool =
        new ProcessBuilder("promtool", "check", "metrics")
            .redirectInput(scraped.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile())
            .start();

    assertThat(promtool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(Files.readString(said)).isEmpty();
    assertThat(promtool.exitValue()).isZero();
  }

  @Test
  void discardReasons_all_standInTheDocument() {
    String document = DocumentedMetrics.text();

    for (DiscardReason reason : DiscardReason.values()) {
      assertThat(document).contains("`" + reason.text() + "`");
    }
  }
}
