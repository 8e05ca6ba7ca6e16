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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a running process tells about its settings and its log. */
class AdminPagesTest {
  @TempDir private Path directory;
  private SingleProcess server;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String levelBefore = Logging.level();

  @BeforeEach
  void start() throws IOException {
    Map<String, String> keys =
        Map.of(
            "server.http_listen_address", "127.0.0.1",
            "server.http_listen_port", "0",
            "common.path_prefix", directory.toString());
    String yaml = "limits_config: {max_query_series: 77}";
    server = new SingleProcess(SkaldConfig.load("test.yaml", yaml, keys).config(), Clock.system());
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
    HttpResponse<String> set = post("log_level=warn");
    assertThat(set.statusCode()).isEqualTo(200);
    assertThat(set.body())
        .isEqualTo("{\"status\":\"success\",\"message\":\"Log level set to warn\"}");
    assertThat(get("/log_level").body()).isEqualTo("{\"message\":\"Current log level is warn\"}");
  }

  @Test
  void logLevel_unknown_isRefusedAndKept() throws Exception {
    HttpResponse<String> refused = post("log_level=z\"z");
    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(refused.body())
        .isEqualTo("{\"status\":\"failed\",\"message\":\"unrecognized log level \\\"z\\\"z\\\"\"}");
    assertThat(Logging.level()).isEqualTo(levelBefore);
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(path, HttpRequest.newBuilder());
  }

  private HttpResponse<String> post(String form) throws IOException, InterruptedException {
    return send(
        "/log_level",
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
