package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Rules of a real server: what is written and read back, what fires, what a restart keeps. */
class RulesTest {
  private static final String DONE =
      "{\"status\":\"success\",\"data\":null,\"errorType\":\"\",\"error\":\"\"}";
  private static final String SETTINGS = "ruler: {evaluation_interval: 1s, poll_interval: 1s}\n";

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private @Nullable SkaldProcess server;

  @AfterEach
  void close() {
    if (server != null) {
      server.close();
    }
  }

  private void start(String settings) {
    server = SkaldProcess.serve(directory, port, settings);
  }

  private SkaldProcess server() {
    return Objects.requireNonNull(server);
  }

  private static String encode(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20").replace(".", "%2E");
  }

  private SkaldClient.Answer put(String namespace, String yaml) {
    return client.post(
        "/loki/api/v1/rules/" + encode(namespace),
        "text/whatever",
        yaml.getBytes(StandardCharsets.UTF_8));
  }

  private SkaldClient.Answer delete(String path) {
    return client.send(
        HttpRequest.newBuilder(URI.create(server().address() + path))
            .method("DELETE", BodyPublishers.noBody()));
  }

  private static String group(String name) {
    return """
    name: "%s"
    interval: 1s
    rules:
      - alert: Jam
        expr: sum by (app) (count_over_time({app="kiosk"} |= "jam" [1h])) > 0
        labels: {severity: page}
        annotations: {summary: "jam {{ $labels.app }} {{ $value }}"}
      - record: jams
        expr: count_over_time({app="kiosk"}[1h])
    """
        .formatted(name);
  }

  private static void expect(SkaldClient.Answer answer, int status, String text) {
    assertThat(answer.text()).isEqualTo(text);
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void routes_groupIsWrittenReadAndRemoved_asClientsKnowIt() {
    start(SETTINGS);
    expect(client.get("/api/prom/rules"), 404, "no rule groups found\n");
    expect(client.get("/api/prom/rules/test/test"), 404, "group does not exist\n");
    expect(client.get("/loki/api/v1/rules/ns"), 404, "no rule groups found\n");
    SkaldClient.Answer empty = client.get("/prometheus/api/v1/rules");
    expect(
        empty,
        200,
        "{\"status\":\"success\",\"data\":{\"groups\":[]},\"errorType\":\"\",\"error\":\"\"}");
    assertThat(empty.contentType()).isEqualTo("application/json");
    expect(
        client.get("/prometheus/api/v1/alerts"),
        200,
        "{\"status\":\"success\",\"data\":{\"alerts\":[]},\"errorType\":\"\",\"error\":\"\"}");

    SkaldClient.Answer written = put("ns", group("g"));

    expect(written, 202, DONE);
    assertThat(written.contentType()).isEqualTo("application/json");
    SkaldClient.Answer read = client.get("/api/prom/rules/ns/g");
    assertThat(read.contentType()).isEqualTo("application/yaml");
    assertThat(read.text()).startsWith("name: g\ninterval: 1s\nrules:\n").contains("alert: Jam\n");
    assertThat(client.get("/api/prom/rules").text()).startsWith("ns:\n  - name: g\n");
    expect(client.get("/api/prom/rules", "labels", "severity:mail"), 404, "no rule groups found\n");
    assertThat(client.get("/api/prom/rules", "labels", "severity:page").text())
        .contains("alert: Jam")
        .doesNotContain("record");
    expect(delete("/api/prom/rules/ns/absent"), 202, DONE);
    expect(delete("/loki/api/v1/rules/ns/g"), 202, DONE);
    expect(delete("/loki/api/v1/rules/ns"), 404, "group namespace does not exist\n");
    expect(client.get("/api/prom/rules"), 404, "no rule groups found\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          no group                                         => unable to decoded rule group
          {rules: []}                                      => group 0: Groupname must not be empty
          {name: g, rules: [{expr: vector(1)}]}            => one of 'record' or 'alert' must be set
          {name: g, rules: [{alert: a, record: b}]}        => only one of 'record' and 'alert' must be set
          {name: g, rules: [{record: a b, expr: vector(1)}]} => invalid recording rule name: a b
          """)
  void put_notValid_isRefusedInKnownWords(String yaml, String text) {
    start(SETTINGS);
    expect(put("ns", yaml), 400, text + "\n");
    assertThat(put("ns", "{name: bad, rules: [{alert: x, expr: 'sum('}]}").text())
        .startsWith("could not parse expression for alert 'x' in group 'bad': parse error")
        .endsWith("\n");
    SkaldClient.Answer filter = client.get("/prometheus/api/v1/rules", "type", "zzz");
    expect(
        filter,
        400,
        "{\"status\":\"error\",\"data\":null,\"errorType\":\"bad_data\","
            + "\"error\":\"not supported value \\\"zzz\\\"\"}");
  }

  @Test
  void put_hostileNames_areNamesOnlyAndOutliveACrash() throws IOException {
    start(SETTINGS);
    List<String> names =
        List.of("..", "../../../x", "a/b", "%2f", "%2e%2e", ".", "a b", "é", "n".repeat(300));
    for (String name : names) {
      expect(put(name, group("g")), 202, DONE);
      expect(put("ns", group(name)), 202, DONE);
    }
    server().kill();
    start(SETTINGS);

    for (String name : names) {
      String path = "/api/prom/rules/";
      assertThat(client.get(path + encode(name) + "/g").status()).as(name).isEqualTo(200);
      assertThat(client.get(path + "ns/" + encode(name)).status()).as(name).isEqualTo(200);
      expect(delete(path + encode(name)), 202, DONE);
    }
    try (var files = Files.walk(directory.resolve("data"))) {
      assertThat(files.filter(file -> file.toString().contains("rules")))
          .allMatch(file -> file.toString().matches(".*/_rules(/fake(/[0-9a-f]{64})?)?"));
    }
  }

  @Test
  void rules_ofTenants_areApart() {
    server = SkaldProcess.serve(directory, port, SETTINGS, true);
    SkaldClient a = client.as("a");
    byte[] yaml = group("g").getBytes(StandardCharsets.UTF_8);
    assertThat(a.post("/loki/api/v1/rules/ns", "", yaml).status()).isEqualTo(202);

    expect(client.as("b").get("/api/prom/rules"), 404, "no rule groups found\n");
    assertThat(a.get("/api/prom/rules").status()).isEqualTo(200);
    expect(client.get("/api/prom/rules"), 401, "no org id\n");
    expect(client.get("/prometheus/api/v1/rules"), 401, "no org id\n");
    expect(client.as("a|b").get("/api/prom/rules"), 400, "multiple org IDs present\n");
    expect(
        client.as("a|b").get("/prometheus/api/v1/rules"),
        400,
        "{\"status\":\"error\",\"data\":null,\"errorType\":\"bad_data\","
            + "\"error\":\"too many org ids found\"}");
    assertThat(client.as("b").get("/prometheus/api/v1/rules").json().at("/data/groups")).isEmpty();
  }

  @Test
  void put_beyondTheLimits_isRefused() {
    start(
        SETTINGS
            + "limits_config: {ruler_max_rules_per_rule_group: 1, ruler_max_rule_groups_per_tenant:"
            + " 1}\n");

    expect(
        put("ns", group("g")),
        400,
        "per-user rules per rule group limit (limit: 1 actual: 2) exceeded\n");
    String small = "{name: %s, rules: [{record: a, expr: vector(1)}]}";
    expect(put("ns", small.formatted("a")), 202, DONE);
    expect(
        put("other", small.formatted("b")),
        400,
        "per-user rule groups limit (limit: 1 actual: 2) exceeded\n");
  }

  @Test
  void alert_linesCome_fires() {
    start(SETTINGS);
    expect(put("ns", group("g")), 202, DONE);
    expect(put("ns", "{name: bad, rules: [{alert: lines, expr: '{app=\"kiosk\"}'}]}"), 202, DONE);
    JsonNode first = client.get("/prometheus/api/v1/rules").json().at("/data/groups");
    assertThat(first).hasSize(2);
    long now = System.currentTimeMillis() * 1_000_000;
    client.push(
        "{\"app\":\"kiosk\"}", "[\"" + now + "\",\"a jam\"],[\"" + (now + 1) + "\",\"jam\"]");

    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(client.get("/prometheus/api/v1/alerts").json().at("/data/alerts"))
                .hasSize(1));

    JsonNode rules = client.get("/prometheus/api/v1/rules").json().at("/data/groups");
    JsonNode rule = rules.at("/0/rules/0");
    assertThat(rule.get("state").asString()).isEqualTo("firing");
    assertThat(rule.get("query").asString())
        .isEqualTo("(sum by (app)(count_over_time({app=\"kiosk\"} |= \"jam\"[1h])) > 0)");
    JsonNode alert = rule.at("/alerts/0");
    assertThat(alert.get("labels").toString())
        .isEqualTo("{\"alertname\":\"Jam\",\"app\":\"kiosk\",\"severity\":\"page\"}");
    assertThat(alert.get("annotations").toString()).isEqualTo("{\"summary\":\"jam kiosk 2\"}");
    assertThat(alert.get("value").asString()).isEqualTo("2e+00");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(
                    client
                        .get("/prometheus/api/v1/rules", "rule_group", "bad")
                        .json()
                        .at("/data/groups/0/rules/0/health")
                        .asString())
                .isEqualTo("err"));
    assertThat(
            client
                .get("/prometheus/api/v1/rules", "type", "record")
                .json()
                .at("/data/groups/0/rules/0/name")
                .asString())
        .isEqualTo("jams");
    assertThat(client.get("/metrics").text())
        .contains("skald_querier_query_duration_seconds_count{kind=\"rule\",status_code=\"200\"}");
    assertThat(server().output())
        .contains("tenant=fake kind=rule query=\"sum by (app) (count_over_time(")
        .containsPattern("kind=rule query=\"\\{app=\\\\\"kiosk\\\\\"}\" status=400");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void folder_ofRules_isFollowedAndCannotBeChanged(boolean older) throws IOException {
    Path folder = Files.createDirectories(directory.resolve("rules/fake"));
    Path file = folder.resolve("kiosk.yaml");
    Files.writeString(
        file, "groups:\n" + group("g").indent(4).replaceFirst("    name", "  - name"));
    String setting =
        older
            ? "ruler: {poll_interval: 1s, storage: {type: local, local: {directory: %s}}}\n"
            : "ruler: {poll_interval: 1s, external_url: '%s'}\n";
    start(setting.formatted(older ? directory.resolve("rules") : "http://grafana"));
    if (!older) {
      server().stop();
      Path config = directory.resolve("skald.yaml");
      Files.writeString(
          config,
          Files.readString(config)
              .replace(
                  "{path_prefix: ./data}",
                  "{path_prefix: ./data, storage: {filesystem: {rules_directory: "
                      + directory.resolve("rules")
                      + "}}}"));
      server = SkaldProcess.start(directory, port, List.of("server", "-config.file=" + config));
    }

    assertThat(client.get("/api/prom/rules").text()).startsWith("kiosk.yaml:\n  - name: g\n");
    assertThat(client.get("/api/prom/rules/test/test").text())
        .isEqualTo("GetRuleGroup unsupported in rule local store\n");
    assertThat(put("kiosk.yaml", group("other")).status()).isEqualTo(400);
    assertThat(delete("/api/prom/rules/kiosk.yaml").status()).isEqualTo(400);
    Files.writeString(file, "groups:\n  - name: g\n    rules:\n      - alert: x\n");
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() ->
            assertThat(server().output()).contains(file + ":4: field 'expr' must be set in rule"));
    assertThat(client.get("/api/prom/rules/kiosk.yaml/g").text()).contains("alert: Jam");
    Files.delete(file);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(client.get("/api/prom/rules").status()).isEqualTo(404));
  }

  @Test
  void routes_switchedOff_areAbsent() {
    start("ruler: {enable_api: false}\n");

    expect(client.get("/api/prom/rules"), 404, "404 page not found\n");
    expect(client.get("/prometheus/api/v1/rules"), 404, "404 page not found\n");
  }
}
