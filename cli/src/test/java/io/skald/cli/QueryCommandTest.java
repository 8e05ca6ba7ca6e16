package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.cli.CannedServer.Answer;
import io.skald.cli.CannedServer.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryCommandTest {
  private static final String STREAMS =
      """
      {"status":"success","data":{"resultType":"streams","result":[
        {"stream":{"app":"kiosk","env":"dev","level":"error"},
         "values":[["1772445003000000000","lock jam"],["1772445001000000000","\\u001b[31mred\\u0007\\ttab"]]},
        {"stream":{"app":"kiosk","env":"dev","level":"info"},
         "values":[["1772445002000000001","door \\u003copen\\u003e é"]]}],
       "stats":{"summary":{"totalLinesProcessed":42,"totalBytesProcessed":4096,"execTime":0.0125}}}}
      """;

  private static final String MATRIX =
      """
      {"status":"success","data":{"resultType":"matrix","result":[
        {"metric":{"app":"a"},"values":[[1772445000,"1"],[1772445060,"4"],[1772445120.5,"8"]]},
        {"metric":{},"values":[[1772445120.5,"NaN"]]}],"stats":{}}}
      """;

  private static final String VECTOR =
      """
      {"status":"success","data":{"resultType":"vector","result":[
        {"metric":{"app":"kiosk"},"value":[1772445600,"12"]},
        {"metric":{"app":"b","env":"x"},"value":[1772445600,"+Inf"]}],"stats":{}}}
      """;

  @Test
  void query_logLines_printsThemNewestFirst() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called =
          Called.skald("query", "{app=\"kiosk\"}", "--addr", server.address(), "--timezone", "UTC");

      assertThat(called.exitCode()).isZero();
      assertThat(called.out())
          .isEqualTo(
              """
              2026-03-02T09:50:03.000000000Z {level="error"} lock jam
              2026-03-02T09:50:02.000000001Z {level="info"} door <open> é
              2026-03-02T09:50:01.000000000Z {level="error"} \u001b[31mred\u0007\ttab
              """);
      assertThat(called.err()).isEqualTo("Common labels: {app=\"kiosk\", env=\"dev\"}\n");
      Request request = server.requests().getFirst();
      assertThat(request.method()).isEqualTo("GET");
      assertThat(request.path()).isEqualTo("/loki/api/v1/query_range");
      assertThat(request.parameter("query")).isEqualTo("{app=\"kiosk\"}");
      assertThat(request.parameter("start")).isEqualTo("1772442000000000000");
      assertThat(request.parameter("end")).isEqualTo("1772445600000000000");
      assertThat(request.parameter("limit")).isEqualTo("100");
      assertThat(request.parameter("direction")).isEqualTo("backward");
      assertThat(request.parameters()).doesNotContainKey("step");
    }
  }

  @Test
  void query_forwardInTheLocalZone_printsOldestFirst() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called =
          Called.skald("query", "{}", "--forward", "--no-labels", "--addr", server.address());

      assertThat(called.out().lines())
          .containsExactly(
              "2026-03-02T10:50:01.000000000+01:00 \u001b[31mred\u0007\ttab",
              "2026-03-02T10:50:02.000000001+01:00 door <open> é",
              "2026-03-02T10:50:03.000000000+01:00 lock jam");
      assertThat(called.err()).isEmpty();
      assertThat(server.requests().getFirst().parameter("direction")).isEqualTo("forward");
    }
  }

  @Test
  void query_quiet_printsAllLabelsWithTheLines() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called = Called.skald("query", "{}", "--quiet", "--addr", server.address());

      assertThat(called.out()).contains("{app=\"kiosk\", env=\"dev\", level=\"info\"} door");
      assertThat(called.err()).isEmpty();
    }
  }

  @Test
  void query_raw_printsTheLinesAndNothingElse() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called =
          Called.onTerminal("query", "{}", "--output", "raw", "--addr", server.address());

      assertThat(called.out()).isEqualTo("lock jam\ndoor <open> é\n\u001b[31mred\u0007\ttab\n");
      assertThat(called.err()).isEmpty();
    }
  }

  @Test
  void query_jsonl_printsOneObjectALine() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called = Called.skald("query", "{}", "--output", "jsonl", "--addr", server.address());

      assertThat(called.out().lines())
          .containsExactly(
              "{\"timestamp\":\"1772445003000000000\",\"labels\":{\"app\":\"kiosk\",\"env\":\"dev\",\"level\":\"error\"},\"line\":\"lock"
                  + " jam\"}",
              "{\"timestamp\":\"1772445002000000001\",\"labels\":{\"app\":\"kiosk\",\"env\":\"dev\",\"level\":\"info\"},\"line\":\"door"
                  + " <open> é\"}",
              "{\"timestamp\":\"1772445001000000000\",\"labels\":{\"app\":\"kiosk\",\"env\":\"dev\","
                  + "\"level\":\"error\"},\"line\":\"\\u001B[31mred\\u0007\\ttab\"}");
    }
  }

  @Test
  void query_onTerminal_escapesControlBytesAndUsesColours() {
    try (CannedServer server =
        CannedServer.of(Answer.json(STREAMS), Answer.json(STREAMS), Answer.json(STREAMS))) {
      String[] arguments = {"query", "{}", "--addr", server.address()};

      assertThat(Called.onTerminal(arguments).out())
          .contains("\u001b[2m2026-03-02T10:50:01.000000000+01:00\u001b[0m")
          .contains("\u001b[36m{level=\"error\"}\u001b[0m \\x1b[31mred\\x07\ttab\n");
      assertThat(Called.with(true, Map.of("NO_COLOR", "1"), arguments).out())
          .contains("+01:00 {level=\"error\"} \\x1b[31mred\\x07\ttab\n");
      assertThat(
              Called.onTerminal("query", "{}", "--color", "never", "--addr", server.address())
                  .out())
          .doesNotContain("\u001b");
    }
  }

  @Test
  void query_stats_areSummedOverThePages() {
    String page = page(1, 5000);
    try (CannedServer server = CannedServer.of(Answer.json(page), Answer.json(STREAMS))) {
      Called called =
          Called.skald(
              "query", "{}", "--limit", "6000", "--stats", "--quiet", "--addr", server.address());

      assertThat(called.err()).isEqualTo("52 lines, 5096 bytes looked at in 0.513 s\n");
    }
  }

  @Test
  void query_warnings_areToldOnce() {
    String answer =
        STREAMS.replace("\"data\"", "\"warnings\":[\"partial \\u0007result\"],\"data\"");
    try (CannedServer server = CannedServer.of(Answer.json(answer), Answer.json(answer))) {
      assertThat(Called.skald("query", "{}", "--no-labels", "--addr", server.address()).err())
          .isEqualTo("warning: partial \\x07result\n");
      assertThat(Called.skald("query", "{}", "--quiet", "--addr", server.address()).err())
          .isEmpty();
    }
  }

  @Test
  void query_nothingFound_isNoError() {
    String empty = "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[]}}";
    try (CannedServer server = CannedServer.of(Answer.json(empty))) {
      assertThat(Called.skald("query", "{}", "--addr", server.address()))
          .isEqualTo(new Called(0, "", ""));
    }
  }

  @Test
  void query_rangeOfNumbers_printsTabsOffATerminal() {
    try (CannedServer server = CannedServer.of(Answer.json(MATRIX))) {
      Called called =
          Called.skald(
              "query",
              "rate({}[1m])",
              "--step",
              "60",
              "--timezone",
              "UTC",
              "--addr",
              server.address());

      assertThat(called.out())
          .isEqualTo(
              """
              2026-03-02T09:50:00Z\t{app="a"}\t1
              2026-03-02T09:51:00Z\t{app="a"}\t4
              2026-03-02T09:52:00.5Z\t{app="a"}\t8
              2026-03-02T09:52:00.5Z\t{}\tNaN
              """);
      assertThat(server.requests().getFirst().parameter("step")).isEqualTo("60");
    }
  }

  @Test
  void query_rangeOfNumbersOnATerminal_drawsBarsOverTime() {
    try (CannedServer server = CannedServer.of(Answer.json(MATRIX))) {
      Called called =
          Called.onTerminal(
              "query",
              "rate({}[1m])",
              "--color",
              "never",
              "--timezone",
              "UTC",
              "--addr",
              server.address());

      assertThat(called.out().lines())
          .containsExactly(
              "{app=\"a\"}",
              "  \u2581\u2584\u2588  last 8",
              "{}",
              "       last NaN",
              "  2026-03-02T09:50:00Z to 2026-03-02T09:52:00.5Z, highest 8");
    }
  }

  @Test
  void query_manyPointsOnATerminal_sharesTheColumns() {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < 600; i++) {
      // A gap, and a peak at the end.
      if (i < 200 || i >= 400) {
        points.append(points.isEmpty() ? "" : ",");
        points
            .append("[")
            .append(1_772_445_000 + i)
            .append(",\"")
            .append(i == 599 ? 8 : 1)
            .append("\"]");
      }
    }
    String answer = MATRIX.replaceFirst("\\[\\[1772445000.*\\]\\]\\}", "[" + points + "]}");
    try (CannedServer server = CannedServer.of(Answer.json(answer))) {
      Called called =
          Called.onTerminal("query", "x", "--color", "never", "--addr", server.address());

      assertThat(called.out().lines().toList().get(1))
          .isEqualTo(
              "  " + "\u2581".repeat(20) + " ".repeat(20) + "\u2581".repeat(19) + "\u2588  last 8");
    }
  }

  @Test
  void query_numbersAsJson_printsOneObjectASample() {
    try (CannedServer server = CannedServer.of(Answer.json(VECTOR))) {
      Called called =
          Called.skald(
              "query", "sum(x)", "--instant", "--output", "jsonl", "--addr", server.address());

      assertThat(called.out().lines())
          .containsExactly(
              "{\"timestamp\":\"1772445600000000000\",\"labels\":{\"app\":\"kiosk\"},\"value\":\"12\"}",
              "{\"timestamp\":\"1772445600000000000\",\"labels\":{\"app\":\"b\",\"env\":\"x\"},"
                  + "\"value\":\"+Inf\"}");
    }
  }

  @Test
  void query_instant_printsATableOnATerminal() {
    try (CannedServer server = CannedServer.of(Answer.json(VECTOR))) {
      Called called =
          Called.onTerminal(
              "query",
              "sum(x)",
              "--instant",
              "--color",
              "never",
              "--to",
              "1772445000",
              "--addr",
              server.address());

      assertThat(called.out())
          .isEqualTo("{app=\"kiosk\"}       12\n{app=\"b\", env=\"x\"}  +Inf\n");
      Request request = server.requests().getFirst();
      assertThat(request.path()).isEqualTo("/loki/api/v1/query");
      assertThat(request.parameter("time")).isEqualTo("1772445000000000000");
    }
  }

  @Test
  void query_scalar_printsItsValue() {
    String scalar =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1772445600,\"7\"]}}";
    try (CannedServer server = CannedServer.of(Answer.json(scalar))) {
      assertThat(
              Called.skald(
                      "query", "1+6", "--instant", "--timezone", "UTC", "--addr", server.address())
                  .out())
          .isEqualTo("2026-03-02T10:00:00Z\t{}\t7\n");
    }
  }

  @Test
  void query_readerGone_endsWithoutAnError() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called =
          Called.into(
              failing("Broken pipe"),
              new ByteArrayOutputStream(),
              false,
              Map.of(),
              "query",
              "{}",
              "--quiet",
              "--addr",
              server.address());

      assertThat(called).isEqualTo(new Called(0, "", ""));
    }
  }

  @Test
  void query_outputCannotBeWritten_fails() {
    try (CannedServer server = CannedServer.of(Answer.json(STREAMS))) {
      Called called =
          Called.into(
              failing("No space left on device"),
              new ByteArrayOutputStream(),
              false,
              Map.of(),
              "query",
              "{}",
              "--quiet",
              "--addr",
              server.address());

      assertThat(called.exitCode()).isEqualTo(1);
      assertThat(called.err())
          .isEqualTo("skald: standard output cannot be written: No space left on device\n");
    }
  }

  private static OutputStream failing(String message) {
    return new OutputStream() {
      @Override
      public void write(int b) throws IOException {
        throw new IOException(message);
      }
    };
  }

  /** Returns a page of lines at {@code count} timestamps that go down to {@code oldest}. */
  static String page(long oldest, int count) {
    StringBuilder values = new StringBuilder();
    for (int i = count - 1; i >= 0; i--) {
      values.append(values.isEmpty() ? "" : ",");
      values.append("[\"").append(oldest + i).append("\",\"l").append(oldest + i).append("\"]");
    }
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":"
        + "{\"app\":\"x\"},\"values\":["
        + values
        + "]}],\"stats\":{\"summary\":{\"totalLinesProcessed\":10,\"totalBytesProcessed\":1000,"
        + "\"execTime\":0.5}}}}";
  }
}
