package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.time.Clock;
import io.skald.server.Logging;
import io.skald.server.ServerProcess;
import io.skald.server.SkaldConfig;
import io.skald.storage.object.s3.FaultProxy;
import io.skald.storage.object.s3.S3ProxyServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole server with its objects in S3, through a network that can fail. */
class S3ServerTest {
  private static final long START = 1_772_442_000_000_000_000L;
  private static final String ALL = "{app=\"crane\"}";
  private static final String PUT_FAILURES = "skald_s3_failures_total{operation=\"PutObject\"}";

  @TempDir Path directory;
  private final S3ProxyServer s3 = new S3ProxyServer();
  private final FaultProxy network = new FaultProxy(s3.port());
  private ServerProcess server;
  private SkaldClient client;
  private int pushed;

  @BeforeAll
  static void quiet() {
    // Both the server and s3proxy log in this process.
    Logging.configure("error", new PrintStream(PrintStream.nullOutputStream(), false));
  }

  @AfterEach
  void close() throws IOException {
    network.rule(_ -> new FaultProxy.Pass());
    server.close();
    network.close();
    s3.close();
  }

  private SkaldConfig config(String bucket, String secret) {
    String yaml =
        """
        auth_enabled: false
        common:
          storage:
            s3:
              endpoint: %s
              bucketnames: %s
              access_key_id: %s
              secret_access_key: %s
              s3forcepathstyle: true
              backoff_config: {min_period: 5ms, max_period: 10ms, max_retries: 1}
        ingester: {chunk_block_size: 4KB, max_unflushed_bytes: 256KB, max_push_wait: 50ms}
        pattern_ingester: {enabled: true}
        compactor: {retention_enabled: true}
        limits_config: {reject_old_samples: false, discover_log_levels: false}
        """;
    Map<String, String> keys =
        Map.of(
            "server.http_listen_address", "127.0.0.1",
            "server.http_listen_port", "0",
            "common.path_prefix", directory.toString());
    String text = yaml.formatted(network.endpoint(), bucket, S3ProxyServer.ACCESS_KEY, secret);
    return SkaldConfig.load("s3.yaml", text, keys).config();
  }

  @BeforeEach
  void start() {
    server =
        new ServerProcess(
            config(S3ProxyServer.BUCKET, S3ProxyServer.SECRET_KEY), Clock.system(), () -> {});
    server.start();
    client = new SkaldClient(server.address());
  }

  private void restart() {
    server.close();
    start();
  }

  /** Pushes lines, a nanosecond apart and each with its number. */
  private SkaldClient.Answer push(int lines, String filling) {
    StringBuilder values = new StringBuilder();
    for (int i = pushed; i < pushed + lines; i++) {
      values.append(i == pushed ? "" : ",");
      values.append("[\"%d\",\"lift %d %s\"]".formatted(START + i, i, filling));
    }
    String body = "{\"streams\":[{\"stream\":{\"app\":\"crane\"},\"values\":[" + values + "]}]}";
    SkaldClient.Answer answer =
        client.post("/loki/api/v1/push", "application/json", body.getBytes(StandardCharsets.UTF_8));
    if (answer.status() == 204) {
      pushed += lines;
    }
    return answer;
  }

  private List<Long> stored() {
    return client.entries(ALL, START, START + 1_000_000).stream()
        .map(SkaldClient.Entry::timestampNanos)
        .toList();
  }

  private void assertEverythingIsThere(String when) {
    assertThat(stored()).as(when).hasSize(pushed).isSorted().doesNotHaveDuplicates();
  }

  @Test
  void bucket_pushFlushRestart_keepsLinesDeletesAndPatterns() {
    assertThat(push(100, "with care").status()).isEqualTo(204);
    assertThat(client.get("/flush").status()).isEqualTo(204);

    assertThat(network.lines()).anyMatch(line -> line.startsWith("PUT /skald-test/fake/packs/"));
    assertThat(directory.resolve("chunks")).doesNotExist();
    assertEverythingIsThere("flushed");
    restart();
    assertEverythingIsThere("after a restart");
    assertThat(network.lines()).anyMatch(line -> line.startsWith("GET /skald-test/fake/packs/"));
    assertThat(patterns()).contains("lift <_> with care");

    SkaldClient.Answer deletion =
        client.send(
            HttpRequest.newBuilder(
                    URI.create(
                        server.address()
                            + "/loki/api/v1/delete?query=%7Bapp%3D%22crane%22%7D&start="
                            + "2026-03-02T09:00:00.000000010Z&end=2026-03-02T09:00:00.000000019Z"))
                .POST(HttpRequest.BodyPublishers.noBody()));
    assertThat(deletion.status()).as(deletion.text()).isEqualTo(204);
    restart();
    assertThat(stored()).hasSize(90).doesNotContain(START + 10, START + 19);
    assertThat(client.metric("skald_s3_requests_running")).isZero();
    assertThat(client.metric("skald_s3_requests_limit")).isEqualTo(64);
  }

  @Test
  void metrics_ofABucket_standInTheDocument() throws IOException {
    String document = Files.readString(SkaldProcess.root().resolve("docs/metrics.md"));
    List<String> metrics =
        client
            .get("/metrics")
            .text()
            .lines()
            .filter(line -> line.startsWith("# TYPE skald_s3_"))
            .toList();

    assertThat(metrics).hasSize(8);
    for (String metric : metrics) {
      String[] words = metric.split(" ");
      assertThat(document).contains("| `" + words[2] + "` | " + words[3] + " |");
    }
  }

  private String patterns() {
    return client
        .get(
            "/loki/api/v1/patterns",
            "query",
            ALL,
            "start",
            Long.toString(START),
            "end",
            Long.toString(START + 60_000_000_000L))
        .text();
  }

  @Test
  void bucket_failingForAWhile_losesNothingAndSaysWhyItTakesNoMore() {
    push(1, "first");
    assertEverythingIsThere("before; the query also reads the delete requests, which are kept");
    network.rule(_ -> new FaultProxy.Answer(503, "SlowDown"));
    SkaldClient.Answer refused = pushUntilRefused();

    assertThat(pushed).as("taken during the failure").isGreaterThan(500);
    assertThat(refused.text())
        .contains("ingester.max_unflushed_bytes")
        .contains("bucket 'skald-test' at " + network.endpoint())
        .contains("503 SlowDown")
        .doesNotContain(S3ProxyServer.SECRET_KEY);
    assertThat(client.metric(PUT_FAILURES)).isPositive();
    assertThat(client.metric("skald_ingester_flush_failures_total")).isPositive();
    assertEverythingIsThere("while nothing can be flushed");
    assertThat(client.get("/flush").status()).isEqualTo(500);

    network.rule(_ -> new FaultProxy.Pass());
    assertThat(client.get("/flush").status()).isEqualTo(204);

    assertThat(client.metric("skald_ingester_unflushed_bytes")).isZero();
    assertThat(push(100, "again").status()).isEqualTo(204);
    assertEverythingIsThere("when the bucket is back");
    restart();
    assertEverythingIsThere("after a restart");
  }

  /** Memory is found full only when a flush was tried and failed. */
  private SkaldClient.Answer pushUntilRefused() {
    for (int i = 0; i < 1000; i++) {
      SkaldClient.Answer answer = push(20, Long.toHexString(i * 0x9E3779B97F4A7C15L).repeat(10));
      if (answer.status() == 503) {
        return answer;
      }
      assertThat(answer.status()).as(answer.text()).isIn(204, 429);
    }
    throw new AssertionError("never refused with 503, after " + pushed + " lines");
  }

  @Test
  void bucket_queryWhileItFails_is500WithTheReasonAndThenWorks() {
    push(100, "with care");
    client.get("/flush");
    restart();
    network.rule(request ->
        request.line().contains("/packs/")
            ? new FaultProxy.Answer(503, "SlowDown")
            : new FaultProxy.Pass());

    SkaldClient.Answer failed =
        client.get(
            "/loki/api/v1/query_range",
            "query",
            ALL,
            "start",
            Long.toString(START),
            "end",
            Long.toString(START + 1000));

    assertThat(failed.status()).isEqualTo(500);
    assertThat(failed.text()).contains("GetObject", "fake/packs/", "503 SlowDown");
    network.rule(_ -> new FaultProxy.Pass());
    assertEverythingIsThere("afterwards");
  }

  @Test
  void start_wrongSecret_failsAtOnceAndTellsNoSecret() {
    int before = network.lines().size();
    ServerProcess wrong =
        new ServerProcess(config(S3ProxyServer.BUCKET, "not-the-secret"), Clock.system(), () -> {});

    assertThatThrownBy(wrong::start)
        .hasMessageContaining("status 403 SignatureDoesNotMatch")
        .hasMessageContaining("check access_key_id and secret_access_key")
        .hasMessageNotContaining("not-the-secret");
    assertThat(network.lines()).hasSize(before + 1);
  }

  @Test
  void start_noSuchBucket_failsAndSaysWhatToDo() {
    ServerProcess wrong =
        new ServerProcess(config("nowhere", S3ProxyServer.SECRET_KEY), Clock.system(), () -> {});

    assertThatThrownBy(wrong::start)
        .hasMessageContaining("bucket 'nowhere'")
        .hasMessageContaining("create the bucket or correct bucketnames");
  }
}
