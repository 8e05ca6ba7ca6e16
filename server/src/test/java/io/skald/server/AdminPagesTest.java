package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.config.ConfigWriter;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a running process tells about its settings and its log. */
class AdminPagesTest {
  @TempDir private Path directory;
  private ServerProcess server;
  private final CountDownLatch terminated = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();
  private final String levelBefore = Logging.level();

  @BeforeEach
  void start() throws IOException {
    Map<String, String> keys =
        Map.of(
            "server.http_listen_address", "127.0.0.1",
            "server.http_listen_port", "0",
            "common.path_prefix", directory.toString());
    String yaml = "auth_enabled: false\nlimits_config: {max_query_series: 77}";
    server =
        new ServerProcess(
            SkaldConfig.load("test.yaml", yaml, keys).config(),
            Clock.system(),
            terminated::countDown);
    server.start();
  }

  @AfterEach
  void stop() {
    Logging.setLevel(levelBefore);
    server.close();
  }

  @Test
  void config_ofSetKey_isInAllAndInDifferenceButNotInDefaults() throws Exception {
    HttpResponse<String> all = get("/config");
    assertThat(all.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(all.body()).contains("max_query_series: 77").contains("max_query_length:");
    assertThat(get("/config?mode=diff").body())
        .contains("max_query_series: 77")
        .doesNotContain("max_query_length:");
    assertThat(get("/config?mode=defaults").body()).contains("max_query_series: 500");
  }

  @Test
  void config_readAgain_isTheSame() throws Exception {
    String all = get("/config").body();
    SkaldConfig again = SkaldConfig.load("again.yaml", all, Map.of()).config();
    assertThat(ConfigWriter.yaml(again)).isEqualTo(all);
  }

  @Test
  void config_ofUnknownMode_isRefused() throws Exception {
    HttpResponse<String> refused = get("/config?mode=some");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).isEqualTo("mode has to be 'diff' or 'defaults', not 'some'\n");
  }

  @Test
  void logLevel_set_isTold() throws Exception {
    HttpResponse<String> set = post("/log_level", "log_level=warn");
    assertThat(set.statusCode()).isEqualTo(200);
    assertThat(set.body())
        .isEqualTo("{\"status\":\"success\",\"message\":\"Log level set to warn\"}");
    assertThat(get("/log_level").body()).isEqualTo("{\"message\":\"Current log level is warn\"}");
  }

  @Test
  void logLevel_unknown_isRefusedAndKept() throws Exception {
    HttpResponse<String> refused = post("/log_level", "log_level=z\"z");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .isEqualTo("{\"status\":\"failed\",\"message\":\"unrecognized log level \\\"z\\\"z\\\"\"}");
    assertThat(Logging.level()).isEqualTo(levelBefore);
  }

  @Test
  void services_whileRunning_areTold() throws Exception {
    assertThat(get("/ready").body()).isEqualTo("ready\n");
    HttpResponse<String> services = get("/services");
    assertThat(services.headers().firstValue("Content-Type")).hasValue("text/plain; charset=utf-8");
    assertThat(services.body())
        .isEqualTo(
            """
            compactor => Running
            distributor => Running
            ingester => Running
            querier => Running
            ring => Running
            ruler => Running
            runtime-config => Running
            server => Running
            """);
  }

  @Test
  void ring_ofOneProcess_showsItAsPageAndAsJson() throws Exception {
    HttpResponse<String> page = get("/ring");
    assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
    assertThat(page.body())
        .contains(
            "<td>single-process</td><td></td><td></td><td>ACTIVE</td><td>healthy</td><td></td>"
                + "<td>128</td><td>100.0%</td><td></td>");
    assertThat(send("/ring", HttpRequest.newBuilder().header("Accept", "application/json")).body())
        .isEqualTo(
            "{\"shards\":[{\"id\":\"single-process\",\"address\":\"\",\"zone\":\"\","
                + "\"state\":\"ACTIVE\",\"health\":\"healthy\",\"changed_unix_ms\":0,"
                + "\"tokens\":128,\"owned_share\":1.0}]}");
  }

  @ParameterizedTest
  @CsvSource({
    "forget=single-process,400,instance 'single-process' is alive; stop it and it leaves",
    "forget=x,404,there is no instance 'x'",
    "'',400,forget must name an instance",
  })
  void ring_forget_ofWhatHasNotDied_isRefused(String form, int status, String message)
      throws Exception {
    HttpResponse<String> refused = post("/ring", form);
    assertThat(refused.statusCode()).isEqualTo(status);
    assertThat(refused.body()).isEqualTo(message + "\n");
  }

  @Test
  void prepareShutdown_setAndTakenBack_isTold() throws Exception {
    String path = "/ingester/prepare_shutdown";
    assertThat(get(path).body()).isEqualTo("unset");
    assertThat(post(path, "").statusCode()).isEqualTo(204);
    assertThat(get(path).body()).isEqualTo("set");
    assertThat(directory.resolve("shutdown-requested.txt")).exists();
    assertThat(send(path, HttpRequest.newBuilder().DELETE()).statusCode()).isEqualTo(204);
    assertThat(get(path).body()).isEqualTo("unset");
  }

  @Test
  void shutdown_withoutTerminating_flushesRefusesPushesAndStillAnswersReads() throws Exception {
    assertThat(push("one").statusCode()).isEqualTo(204);

    assertThat(post("/ingester/shutdown", "terminate=false").statusCode()).isEqualTo(204);

    assertThat(directory.resolve("chunks/fake")).exists();
    assertThat(get("/ready").statusCode()).isEqualTo(503);
    assertThat(get("/ready").body()).isEqualTo("Ingester not ready: it was shut down\n");
    assertThat(get("/services").body()).contains("ingester => Terminated\n");
    assertThat(push("two").statusCode()).isEqualTo(503);
    assertThat(get("/loki/api/v1/query_range?query=%7Bapp%3D%22a%22%7D").body())
        .contains("\"one\"")
        .doesNotContain("\"two\"");
    HttpResponse<String> again = post("/ingester/shutdown", "");
    assertThat(again.statusCode()).isEqualTo(503);
    assertThat(again.body()).isEqualTo("Ingester is stopping or already stopped.\n");
    assertThat(terminated.getCount()).isEqualTo(1);
  }

  @Test
  void shutdown_withoutFlush_leavesTheLogAndEndsTheProcess() throws Exception {
    assertThat(push("one").statusCode()).isEqualTo(204);

    assertThat(post("/ingester/shutdown", "flush=false").statusCode()).isEqualTo(204);

    assertThat(terminated.getCount()).isZero();
    assertThat(directory.resolve("chunks/fake")).doesNotExist();
    server.close();
    start();
    assertThat(get("/loki/api/v1/query_range?query=%7Bapp%3D%22a%22%7D").body())
        .contains("\"one\"");
  }

  @Test
  void shutdown_badFlag_isRefusedAndNothingStops() throws Exception {
    HttpResponse<String> refused = post("/ingester/shutdown", "flush=maybe");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body()).isEqualTo("flush must be true or false, not 'maybe'\n");
    assertThat(get("/ready").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> push(String line) throws IOException, InterruptedException {
    String body =
        "{\"streams\":[{\"stream\":{\"app\":\"a\"},\"values\":[[\"%d\",\"%s\"]]}]}"
            .formatted(Clock.system().nowNanos(), line);
    return send(
        "/loki/api/v1/push",
        HttpRequest.newBuilder()
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(path, HttpRequest.newBuilder());
  }

  private HttpResponse<String> post(String path, String form)
      throws IOException, InterruptedException {
    return send(
        path,
        HttpRequest.newBuilder()
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)));
  }

  private HttpResponse<String> send(String path, HttpRequest.Builder request)
      throws IOException, InterruptedException {
    URI uri = URI.create(server.address() + path);
    return client.send(request.uri(uri).build(), BodyHandlers.ofString());
  }
}
