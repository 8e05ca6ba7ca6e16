package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.agent.AgentConfig;
import io.skald.agent.AgentConfigFile;
import io.skald.agent.AgentOptions;
import io.skald.common.config.ConfigException;
import io.skald.common.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pages of a running agent whose server is away. */
class AgentPagesTest {
  /** {@code | `metric` | type | labels | meaning |}. */
  private static final Pattern ROW =
      Pattern.compile(
          "(?m)^\\| `((?:promtail|logentry)_[a-z_]+)` \\| (\\w+) \\| (.*?) ?\\| .+ \\|$");

  private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) (\\w+)$");

  private final HttpClient client = HttpClient.newHttpClient();
  private Path directory = Path.of("");
  private @Nullable AgentProcess started;

  @BeforeEach
  void start(@TempDir Path fresh) throws IOException {
    directory = fresh;
    Files.writeString(directory.resolve("a.log"), "info <one>\ndebug two\nwarn three\n");
    write("");
    started = new AgentProcess(file(), Clock.system(), AgentOptions.NONE, this::file);
    started.start();
  }

  @AfterEach
  void stop() {
    agent().close();
    client.close();
  }

  private AgentProcess agent() {
    return Objects.requireNonNull(started);
  }

  private void write(String stages) throws IOException {
    Files.writeString(
        directory.resolve("agent.yaml"),
        """
        server:
          http_listen_address: 127.0.0.1
          http_listen_port: 0
          http_path_prefix: /agent/
          enable_runtime_reload: true
          graceful_shutdown_timeout: 0s
        clients: [{url: 'http://127.0.0.1:9/push', bearer_token: geheim, headers: {X-Key: geheim}}]
        positions: {filename: '%1$s/positions.yaml'}
        scrape_configs:
        - job_name: j
          static_configs:
          - labels: {job: j, __path__: '%1$s/*.log'}
          - labels: {job: j, __host__: elsewhere, __path__: /nowhere}
          pipeline_stages:
          - regex: {expression: '(?P<level>\\w+)'}
          - metrics: {lines: {type: Counter, source: level, config: {action: inc}}}
          - drop: {expression: debug}
          - limit: {rate: 1, burst: 1, drop: true, by_label_name: job}
        %2$s\
        - job_name: s
          syslog: {listen_address: '127.0.0.1:0', listen_protocol: udp}
        """
            .formatted(directory, stages));
  }

  private AgentConfig file() {
    try {
      return AgentConfigFile.load(
              "agent.yaml", Files.readString(directory.resolve("agent.yaml")), Map.of())
          .config();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + agent().port() + path);
    return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  private String await(String path, Predicate<String> wanted)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    String body = get(path).body();
    while (!wanted.test(body)) {
      assertThat(System.nanoTime()).as(body).isLessThan(deadline);
      body = get(path).body();
    }
    return body;
  }

  @Test
  void pages_ofARunningAgent_tellHowItStands() throws Exception {
    await("/agent/ready", "Ready\n"::equals);

    assertThat(await("/agent/targets", body -> body.contains("a.log")))
        .contains("Client default to http://127.0.0.1:9/push")
        .contains("<td>syslog</td><td>UDP 127.0.0.1:0</td><td>listening</td>");
    assertThat(get("/agent/service-discovery").body())
        .contains("<td>followed</td>")
        .contains("wrong_host: its __host__ is elsewhere");
    assertThat(get("/agent/config").body()).contains("X-Key").doesNotContain("geheim");
    assertThat(get("/agent/").headers().firstValue("Location")).hasValue("/agent/targets");
    assertThat(get("/ready").statusCode()).isEqualTo(404);
  }

  @Test
  void metrics_areThoseOfTheDocument() throws Exception {
    String text = await("/agent/metrics", body -> body.contains("status_code=\"-1\""));

    Map<String, String> seen = new TreeMap<>();
    for (MatchResult type : TYPE.matcher(text).results().toList()) {
      if (type.group(1).matches("(promtail|logentry)_.*")) {
        assertThat(seen.put(type.group(1), type.group(2))).as(type.group(1)).isNull();
      }
    }
    assertThat(seen.remove("promtail_custom_lines")).isEqualTo("counter");
    Path document =
        Objects.requireNonNull(Path.of("").toAbsolutePath().getParent()).resolve("docs/agent.md");
    Map<String, String> told = new TreeMap<>();
    for (MatchResult row : ROW.matcher(Files.readString(document)).results().toList()) {
      told.put(row.group(1), row.group(2));
      for (String label : row.group(3).replace("`", "").split(", ")) {
        assertThat(text).containsPattern("(?m)^" + row.group(1) + "\\S*.*" + label);
      }
    }
    assertThat(told).isEqualTo(seen);
    assertThat(text)
        .contains("logentry_dropped_lines_total{reason=\"drop_stage\"} 1.0")
        .contains("promtail_read_lines_total{path=\"" + directory + "/a.log\"} 3.0")
        .contains("promtail_targets_failed_total{reason=\"wrong_host\"} 1.0")
        .contains("promtail_custom_lines{filename=\"" + directory + "/a.log\", job=\"j\"} 3");
  }

  @Test
  void config_passwordsOfAllKinds_areNotShown() throws Exception {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replaceFirst(
                "(?m)^clients:.*$",
                """
                clients:
                - {name: one, url: 'http://user:geheim@127.0.0.1:9/push'}
                - {name: two, url: 'http://127.0.0.1:9/push', basic_auth: {username: u, password: geheim}}
                """));

    assertThat(get("/agent/reload").statusCode()).isEqualTo(200);

    assertThat(get("/agent/config").body()).contains("name: two").doesNotContain("geheim");
    assertThat(get("/agent/targets").body()).contains("Client one").doesNotContain("geheim");
  }

  @Test
  void reload_notAskedFor_isNoPage() throws Exception {
    Path file = directory.resolve("agent.yaml");
    Files.writeString(
        file,
        Files.readString(file)
            .replace("enable_runtime_reload: true", "enable_runtime_reload: false")
            .replace("/positions.yaml", "/other.yaml"));
    agent().close();
    started = new AgentProcess(file(), Clock.system(), AgentOptions.NONE, this::file);
    started.start();

    assertThat(get("/agent/reload").statusCode()).isEqualTo(404);
    assertThat(get("/agent/config").statusCode()).isEqualTo(200);
  }

  @Test
  void reload_sameOrChangedOrBadFile_isPutInForceOrLeavesTheOldOne() throws Exception {
    await("/agent/ready", "Ready\n"::equals);
    assertThat(get("/agent/reload").statusCode()).isEqualTo(200);

    write("  - static_labels: {team: blue}\n");
    assertThat(get("/agent/reload").statusCode()).isEqualTo(200);
    assertThat(get("/agent/config").body()).contains("team: blue");

    write("  - no_such_stage: {}\n");
    HttpResponse<String> refused = get("/agent/reload");
    assertThat(refused.statusCode()).isEqualTo(500);
    assertThat(refused.body()).contains("there is no such stage");
    assertThatThrownBy(agent()::reload).isInstanceOf(ConfigException.class);
    assertThat(get("/agent/config").body()).contains("team: blue");
    List<String> counts =
        get("/agent/metrics").body().lines().filter(l -> l.startsWith("promtail_config")).toList();
    assertThat(counts)
        .containsExactly(
            "promtail_config_reload_fail_total 2.0", "promtail_config_reload_success_total 2.0");
    await("/agent/targets", body -> body.contains("a.log"));
  }
}
