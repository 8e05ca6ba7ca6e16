package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.cli.CannedServer.Answer;
import io.skald.cli.CannedServer.Request;
import org.junit.jupiter.api.Test;

class DeleteCommandTest {
  private static final String QUERY = "{app=\"dock\"} |= \"order 3\"";

  @Test
  void create_timesInAnyForm_sendsThemExactlyInTheQueryString() {
    try (CannedServer server = CannedServer.of(Answer.json(""))) {
      Called called =
          Called.skald(
              "delete",
              "create",
              QUERY,
              "--from",
              "1772440000123456789",
              "--to",
              "1772440001",
              "--addr",
              server.address());

      assertThat(called.exitCode()).isZero();
      Request request = server.requests().getFirst();
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.path()).isEqualTo("/loki/api/v1/delete");
      assertThat(request.parameter("query")).isEqualTo(QUERY);
      assertThat(request.parameter("start")).isEqualTo("2026-03-02T08:26:40.123456789Z");
      assertThat(request.parameter("end")).isEqualTo("2026-03-02T08:26:41Z");
    }
  }

  @Test
  void create_withoutFrom_isWrongUse() {
    assertThat(Called.skald("delete", "create", QUERY).exitCode()).isEqualTo(Skald.USAGE);
  }

  @Test
  void create_refused_printsTheTextOfTheServer() {
    try (CannedServer server = CannedServer.of(Answer.error(400, "query not set\n"))) {
      Called called =
          Called.skald(
              "delete", "create", QUERY, "--from", "1772440000", "--addr", server.address());

      assertThat(called.exitCode()).isEqualTo(Skald.FAILED);
      assertThat(called.err()).contains("400: query not set");
    }
  }

  @Test
  void list_requests_printsOneALine() {
    String answer =
        """
        [{"request_id":"4300682f","start_time":1772440000,"end_time":1772440060,
          "query":"{app=\\"dock\\"}","status":"received","created_at":1772440100.5,"user_id":""}]
        """;
    try (CannedServer server = CannedServer.of(Answer.json(answer))) {
      assertThat(Called.skald("delete", "list", "--addr", server.address()).out())
          .isEqualTo(
              "4300682f\treceived\t2026-03-02T08:26:40Z\t2026-03-02T08:27:40Z\t{app=\"dock\"}\n");
    }
  }

  @Test
  void cancel_severalIds_sendsOneRequestEach() {
    try (CannedServer server = CannedServer.of(Answer.json(""), Answer.json(""))) {
      Called called =
          Called.skald("delete", "cancel", "a1", "b2", "--force", "--addr", server.address());

      assertThat(called.out()).isEqualTo("a1\nb2\n");
      assertThat(server.requests()).extracting(Request::method).containsOnly("DELETE");
      assertThat(server.requests())
          .extracting(request -> request.parameter("request_id"))
          .containsExactly("a1", "b2");
      assertThat(server.requests().getFirst().parameter("force")).isEqualTo("true");
    }
  }
}
