package io.skald.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Delete requests of a real server: what is asked, what queries see, what a restart keeps. */
class DeleteTest {
  private static final long START = 1_772_442_000_000_000_000L;
  private static final int LINES = 100;
  private static final String ALL = "{app=\"dock\"}";

  @TempDir Path directory;
  private final int port = SkaldProcess.freePort();
  private final SkaldClient client = new SkaldClient("http://127.0.0.1:" + port);
  private SkaldProcess server;

  @BeforeEach
  void start() {
    server = start("{retention_enabled: true}", "filter-and-delete");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private SkaldProcess start(String compactor, String mode) {
    String settings =
        """
        compactor: %s
        limits_config: {reject_old_samples: false, discover_log_levels: false, deletion_mode: %s}
        """;
    return SkaldProcess.serve(directory, port, settings.formatted(compactor, mode));
  }

  private void restart(String compactor, String mode) {
    server.kill();
    server = start(compactor, mode);
  }

  /** One line a nanosecond, {@code order 0} to {@code order 99}, every tenth with "odd". */
  private void push() {
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < LINES; i++) {
      values.append(i == 0 ? "" : ",");
      values.append("[\"%d\",\"order %d%s\"]".formatted(START + i, i, i % 10 == 0 ? " odd" : ""));
    }
    client.push("{\"app\":\"dock\"}", values);
  }

  private SkaldClient.Answer send(String method, String... parameters) {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < parameters.length; i += 2) {
      query
          .append(i == 0 ? "?" : "&")
          .append(parameters[i])
          .append('=')
          .append(URLEncoder.encode(parameters[i + 1], StandardCharsets.UTF_8));
    }
    return client.send(
        HttpRequest.newBuilder(URI.create(server.address() + "/loki/api/v1/delete" + query))
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private void delete(String query, String from, String to) {
    SkaldClient.Answer answer = send("POST", "query", query, "start", from, "end", to);
    assertThat(answer.status()).as(answer.text()).isEqualTo(204);
  }

  private List<String> lines(String query) {
    return client.entries(query, START, START + LINES).stream()
        .map(SkaldClient.Entry::line)
        .toList();
  }

  private String count() {
    JsonNode result =
        client
            .get(
                "/loki/api/v1/query",
                "query",
                "sum(count_over_time(" + ALL + "[1m]))",
                "time",
                Long.toString(START + LINES))
            .json()
            .get("data")
            .get("result");
    return result.isEmpty() ? "0" : result.get(0).get("value").get(1).asString();
  }

  @Test
  void create_rangeToTheNanosecond_hidesExactlyItFromMemoryStorageAndAfterRestart() {
    push();
    delete(ALL, "2026-03-02T09:00:00.000000010Z", "2026-03-02T09:00:00.000000019Z");
    List<String> expected = lines(ALL);

    assertThat(expected).hasSize(90).contains("order 9", "order 20 odd").doesNotContain("order 15");
    assertThat(count()).isEqualTo("90");
    assertThat(client.get("/flush").status()).isEqualTo(204);
    assertThat(lines(ALL)).as("flushed").isEqualTo(expected);
    assertThat(count()).isEqualTo("90");
    restart("{retention_enabled: true}", "filter-only");
    assertThat(lines(ALL)).as("after a restart").isEqualTo(expected);
    assertThat(count()).isEqualTo("90");
  }

  @Test
  void create_withFilters_hidesMatchingLinesOfItsStreamsOnly() {
    push();
    delete("{app=\"other\"}", "1772442000", "1772442001");
    assertThat(lines(ALL)).hasSize(100);

    delete(ALL + " |= \"odd\"", "1772442000", "1772442001");
    assertThat(lines(ALL)).hasSize(90).noneMatch(line -> line.contains("odd"));
    assertThat(lines(ALL + " |= \"odd\"")).isEmpty();

    delete(ALL + " | pattern \"order <n>\" | n=\"7\"", "1772442000", "1772442001");
    assertThat(lines(ALL)).hasSize(89).doesNotContain("order 7");
    assertThat(client.get("/flush").status()).isEqualTo(204);
    assertThat(lines(ALL)).hasSize(89);
    assertThat(count()).isEqualTo("89");
  }

  @Test
  void create_everything_leavesNothing() {
    push();
    delete(ALL, "1772441999", "1772442001");

    assertThat(lines(ALL)).isEmpty();
    assertThat(count()).isEqualTo("0");
  }

  @Test
  void list_requests_areThereInOrderAndFilteredByRange() {
    assertThat(send("GET").text()).isEqualToIgnoringWhitespace("[]");
    delete(ALL + " |= \"order 3\"", "1772442000", "1772445600");
    delete(ALL, "1772445601", "1772445602");
    restart("{retention_enabled: true}", "filter-and-delete");

    SkaldClient.Answer answer = send("GET");

    assertThat(answer.contentType()).isEqualTo("application/json");
    JsonNode first = answer.json().get(0);
    assertThat(answer.json()).hasSize(2);
    assertThat(first.get("query").asString()).isEqualTo(ALL + " |= \"order 3\"");
    assertThat(first.get("start_time").toString()).isEqualTo("1772442000");
    assertThat(first.get("end_time").toString()).isEqualTo("1772445600");
    assertThat(first.get("status").asString()).isEqualTo("received");
    assertThat(first.get("created_at").isNumber()).isTrue();
    assertThat(first.get("user_id").asString()).isEmpty();
    assertThat(send("GET", "start", "1772445601", "end", "1772445700").json()).hasSize(1);
  }

  @Test
  void cancel_request_bringsItsEntriesBack() {
    push();
    delete(ALL, "1772442000", "1772442001");
    String id = send("GET").json().get(0).get("request_id").asString();

    assertThat(send("DELETE").status()).isEqualTo(400);
    assertThat(send("DELETE", "request_id", "nobody").text())
        .isEqualTo("could not find delete request with given id\n");
    assertThat(lines(ALL)).isEmpty();
    assertThat(send("DELETE", "request_id", id).status()).isEqualTo(204);

    assertThat(lines(ALL)).hasSize(LINES);
    assertThat(send("GET").json()).isEmpty();
  }

  @Test
  void cancel_afterThePeriod_needsForce() {
    delete(ALL, "1772442000", "1772442001");
    String id = send("GET").json().get(0).get("request_id").asString();
    restart("{retention_enabled: true, delete_request_cancel_period: 0}", "filter-only");

    assertThat(send("DELETE", "request_id", id).status()).isEqualTo(400);
    assertThat(send("DELETE", "request_id", id, "force", "true").status()).isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      quoteCharacter = '`',
      textBlock =
          """
          start=1772442000 -> query not set
          query={app="dock"} -> start time not set
          query={app="dock"}&start=1772442000000000000 -> invalid start time: require unix seconds or RFC3339 format
          query={app="dock"}&start=1772442000&end=abc -> invalid end time: require unix seconds or RFC3339 format
          query={app=}&start=1772442000 -> invalid query expression
          query=rate({app="dock"}[1m])&start=1772442000 -> invalid query expression
          query={app="dock"}&start=1772442000&end=1772441000 -> start time can't be greater than or equal to end time
          query={app="dock"}&start=1772442000&end=9999999999 -> deletes in the future are not allowed
          query={app="dock"}|="x"&start=1772442000&max_interval=25h -> max_interval must be
          """)
  void create_badParameters_areRefused(String parameters, String text) {
    String[] pairs = parameters.split("&");
    String[] flat = new String[2 * pairs.length];
    for (int i = 0; i < pairs.length; i++) {
      int at = pairs[i].indexOf('=');
      flat[2 * i] = pairs[i].substring(0, at);
      flat[2 * i + 1] = pairs[i].substring(at + 1);
    }

    SkaldClient.Answer answer = send("POST", flat);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).startsWith(text).endsWith("\n");
    assertThat(send("GET").json()).isEmpty();
  }

  @Test
  void create_formBody_isNotRead() {
    SkaldClient.Answer answer =
        client.post(
            "/loki/api/v1/delete",
            "application/x-www-form-urlencoded",
            "query=%7Bapp%3D%22dock%22%7D&start=1772442000".getBytes(StandardCharsets.UTF_8));

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).isEqualTo("query not set\n");
  }

  @Test
  void endpoints_switchedOff_areNotThereAndHideNothing() {
    push();
    delete(ALL, "1772442000", "1772442001");
    assertThat(client.get("/loki/api/v1/cache/generation_numbers").text().strip())
        .isEqualTo("\"\"");

    restart("{retention_enabled: true}", "disabled");
    assertThat(send("GET").status()).isEqualTo(403);
    assertThat(send("GET").text()).isEqualTo("deletion is not available for this tenant\n");
    assertThat(lines(ALL)).hasSize(LINES);

    restart("{retention_enabled: false}", "filter-and-delete");
    for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
      assertThat(send(method).status()).as(method).isEqualTo(404);
    }
    assertThat(lines(ALL)).hasSize(LINES);
  }
}
