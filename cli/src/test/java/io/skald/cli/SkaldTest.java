package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.cli.CannedServer.Answer;
import io.skald.cli.CannedServer.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What all client commands share: errors, exit codes, credentials, times; and the lists. */
class SkaldTest {
  private static final Answer EMPTY = Answer.json("{\"status\":\"success\"}");

  @Test
  void labels_names_printsOneALine() {
    try (CannedServer server =
        CannedServer.of(Answer.json("{\"status\":\"success\",\"data\":[\"app\",\"env\"]}"))) {
      Called called =
          Called.skald(
              "labels", "--since", "30m", "--match", "{a=\"b\"}", "--addr", server.address());

      assertThat(called).isEqualTo(new Called(0, "app\nenv\n", ""));
      Request request = server.requests().getFirst();
      assertThat(request.path()).isEqualTo("/loki/api/v1/labels");
      assertThat(request.parameter("start")).isEqualTo("1772443800000000000");
      assertThat(request.parameter("query")).isEqualTo("{a=\"b\"}");
    }
  }

  @Test
  void labels_valuesOnATerminal_areHarmless() {
    Answer answer = Answer.json("{\"status\":\"success\",\"data\":[\"a\\u001b[2J\",\"é\"]}");
    try (CannedServer server = CannedServer.of(answer, answer)) {
      assertThat(Called.onTerminal("labels", "a b/c", "--addr", server.address()).out())
          .isEqualTo("a\\x1b[2J\né\n");
      assertThat(Called.skald("labels", "app", "--addr", server.address()).out())
          .isEqualTo("a\u001b[2J\né\n");
      assertThat(server.requests().getFirst().path())
          .isEqualTo("/loki/api/v1/label/a%20b%2Fc/values");
    }
  }

  @Test
  void labels_noneFound_isNoError() {
    try (CannedServer server = CannedServer.of(EMPTY)) {
      assertThat(Called.skald("labels", "--addr", server.address()))
          .isEqualTo(new Called(0, "", ""));
    }
  }

  @Test
  void series_selectors_printsSortedLabelSets() {
    Answer answer =
        Answer.json(
            "{\"status\":\"success\",\"data\":[{\"b\":\"2\",\"a\":\"\\\"\"},{\"a\":\"1\"}]}");
    try (CannedServer server = CannedServer.of(answer)) {
      Called called = Called.skald("series", "{a=\"1\"}", "{b=\"2\"}", "--addr", server.address());

      assertThat(called.out()).isEqualTo("{a=\"1\"}\n{a=\"\\\"\", b=\"2\"}\n");
      assertThat(server.requests().getFirst().parameters().get("match[]"))
          .containsExactly("{a=\"1\"}", "{b=\"2\"}");
    }
  }

  @Test
  void command_refused_printsTheTextOfTheServer() {
    Answer plain =
        Answer.error(
            400, "parse error at line 1, col 2: syntax error: unexpected }\nnext\u0007 line");
    try (CannedServer server = CannedServer.of(plain)) {
      Called called = Called.skald("query", "{", "--addr", server.address());

      assertThat(called)
          .isEqualTo(
              new Called(
                  1,
                  "",
                  "skald: the server answered 400: parse error at line 1, col 2: syntax error:"
                      + " unexpected }\nnext\\x07 line\n"));
    }
  }

  @Test
  void command_refusedWithoutAText_saysSo() {
    try (CannedServer server = CannedServer.of(Answer.error(405, ""))) {
      assertThat(Called.skald("labels", "--addr", server.address()).err())
          .isIn(
              "skald: the server answered 405: (no text)\n", "skald: the server answered 405: \n");
    }
  }

  @Test
  void command_compressedAnswers_areRead() {
    Answer data =
        new Answer(200, "application/json", "{\"status\":\"success\",\"data\":[\"x\"]}", true);
    Answer error = new Answer(429, "text/plain", "too many outstanding requests", true);
    try (CannedServer server = CannedServer.of(data, error)) {
      assertThat(Called.skald("labels", "--addr", server.address()).out()).isEqualTo("x\n");
      assertThat(Called.skald("labels", "--addr", server.address()).err())
          .isEqualTo("skald: the server answered 429: too many outstanding requests\n");
      assertThat(server.requests().getFirst().header("Accept-encoding")).isEqualTo("gzip");
    }
  }

  @Test
  void command_answerIsNotJson_isNotCalledUnreachable() {
    try (CannedServer server =
        CannedServer.of(new Answer(200, "text/html", "<html>hello</html>", false))) {
      Called called = Called.skald("labels", "--addr", server.address());

      assertThat(called.exitCode()).isEqualTo(1);
      assertThat(called.err()).startsWith("skald: the answer is not JSON: ");
    }
  }

  @Test
  void command_nobodyListens_saysWhatToDo() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    Called called = Called.skald("query", "{a=\"b\"}", "--addr", "http://127.0.0.1:" + port);

    assertThat(called)
        .isEqualTo(
            new Called(
                3,
                "",
                "skald: cannot reach http://127.0.0.1:"
                    + port
                    + ": Connection refused; is the server running? Start it with 'skald up', or"
                    + " name it with --addr\n"));
  }

  @Test
  void command_noAnswerInTime_saysWhatToDo() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Called called =
          Called.skald(
              "labels", "--timeout", "1", "--addr", "http://127.0.0.1:" + silent.getLocalPort());

      assertThat(called.exitCode()).isEqualTo(3);
      assertThat(called.err())
          .isEqualTo(
              "skald: no answer from http://127.0.0.1:"
                  + silent.getLocalPort()
                  + " in time; narrow the query or raise --timeout\n");
    }
  }

  @Test
  void command_credentials_areSent() {
    try (CannedServer server = CannedServer.of(EMPTY, EMPTY, EMPTY)) {
      String[] basic = {
        "labels",
        "--addr",
        server.address() + "/",
        "--org-id",
        "team-a",
        "--username",
        "ana",
        "--password",
        "s3cret"
      };
      assertThat(Called.skald(basic).exitCode()).isZero();
      assertThat(
              Called.skald("labels", "--addr", server.address(), "--bearer-token", "t0k")
                  .exitCode())
          .isZero();
      assertThat(Called.skald("labels", "--addr", server.address()).exitCode()).isZero();

      Request first = server.requests().get(0);
      assertThat(first.path()).isEqualTo("/loki/api/v1/labels");
      assertThat(first.header("X-scope-orgid")).isEqualTo("team-a");
      assertThat(first.header("Authorization"))
          .isEqualTo(
              "Basic "
                  + Base64.getEncoder()
                      .encodeToString("ana:s3cret".getBytes(StandardCharsets.UTF_8)));
      assertThat(server.requests().get(1).header("Authorization")).isEqualTo("Bearer t0k");
      assertThat(server.requests().get(2).headers())
          .doesNotContainKeys("Authorization", "X-scope-orgid");
    }
  }

  @Test
  void command_longQuery_goesIntoTheBody() {
    String query = "{a=~\"" + "x|".repeat(4000) + "\"}";
    try (CannedServer server = CannedServer.of(EMPTY)) {
      assertThat(Called.skald("series", query, "--addr", server.address()).exitCode()).isZero();

      Request request = server.requests().getFirst();
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.header("Content-type")).isEqualTo("application/x-www-form-urlencoded");
      assertThat(request.parameter("match[]")).isEqualTo(query);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          --since 15m => 1772444700000000000 1772445600000000000
          --since 1d2h3m4s500ms => 1772351815500000000 1772445600000000000
          --from 1772440000 => 1772440000000000000 1772445600000000000
          --from 1772440000123456789 --to 1772440001 => 1772440000123456789 1772440001000000000
          --from 2026-03-02T08:00:00Z --to 2026-03-02T10:00:00.5+01:00 => 1772438400000000000 1772442000500000000
          --to 1772440000 => 1772436400000000000 1772440000000000000
          """)
  void command_timeRange_isSentInNanoseconds(String options, String expected) {
    try (CannedServer server = CannedServer.of(EMPTY)) {
      String[] arguments = ("labels --addr " + server.address() + " " + options).split(" ");

      assertThat(Called.skald(arguments).err()).isEmpty();

      Request request = server.requests().getFirst();
      assertThat(request.parameter("start") + " " + request.parameter("end")).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "=>",
      textBlock =
          """
          query => Missing required parameter: 'QUERY'
          query {} --limit -1 => --limit must not be negative: -1
          query {} --limit x => Invalid value for option '--limit': 'x' is not an int
          query {} --output xml => Invalid value for option '--output'
          query {} --color red => --color must be auto, always or never: red
          query {} --timezone Mars/Base => --timezone must be UTC, Local or like Europe/Berlin, not 'Mars/Base'
          query {} --since 1hour => --since must be like 30s, 15m or 1h30m, not '1hour'
          query {} --since 99999999999999999999s => --since is too long
          query {} --since 99999999999y => --since is too long
          query {} --from yesterday => --from must be like 2026-03-02T08:00:00Z or Unix seconds, not 'yesterday'
          query {} --from 9999999999999999999 => --from must be like
          query {} --from 1772440001 --to 1772440000 => the start of the range lies behind its end
          labels --addr localhost:3100 => --addr must be like http://host:3100, not 'localhost:3100'
          labels --addr http://a^b => --addr is not an address: 'http://a^b'
          labels --timeout 0 => --timeout must be from 1 to 86400: 0
          nonsense => Unmatched argument at index 0: 'nonsense'
          """)
  void command_calledWrongly_exitsWithTwo(String arguments, String message) {
    Called called = Called.skald(arguments.split(" "));

    assertThat(called.exitCode()).isEqualTo(2);
    assertThat(called.err()).contains(message);
    assertThat(called.out()).isEmpty();
  }

  @Test
  void skald_help_listsCommandsAndHidesInternalOnes() {
    Called called = Called.skald("--help");

    assertThat(called.exitCode()).isZero();
    assertThat(called.out())
        .contains("query", "labels", "series", "Exit codes:")
        .doesNotContain("warm-up");
    assertThat(Called.skald("query", "--help").out())
        .contains("--bearer-token", "Examples:")
        .doesNotContain("SKALD_PASSWORD:-");
    assertThat(Called.skald("--version").out()).startsWith("skald ");
    assertThat(Called.skald("generate-completion").out())
        .contains("complete -F", "_picocli_skald_query", "_picocli_skald_server");
  }

  @Test
  void environment_noColorEmpty_keepsColours() {
    String answer =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":{},"
            + "\"values\":[[\"1\",\"x\"]]}]}}";
    try (CannedServer server = CannedServer.of(Answer.json(answer))) {
      assertThat(
              Called.with(true, Map.of("NO_COLOR", ""), "query", "{}", "--addr", server.address())
                  .out())
          .contains("\u001b[2m");
    }
  }
}
