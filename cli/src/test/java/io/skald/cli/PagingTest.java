package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.cli.CannedServer.Answer;
import io.skald.cli.CannedServer.Request;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries for more lines than a server gives at once. */
class PagingTest {
  private record Line(long timestampNanos, String stream, String text) {}

  /** Answers as a server with these lines: [start, end), at most the limit, in the direction. */
  private static Answer answer(List<Line> all, Request request) {
    long start = Long.parseLong(request.parameter("start"));
    long end = Long.parseLong(request.parameter("end"));
    boolean forward = request.parameter("direction").equals("forward");
    Comparator<Line> order = Comparator.comparingLong(Line::timestampNanos);
    List<Line> found =
        all.stream()
            .filter(line -> line.timestampNanos() >= start && line.timestampNanos() < end)
            .sorted(forward ? order : order.reversed())
            .limit(Long.parseLong(request.parameter("limit")))
            .toList();
    StringBuilder result = new StringBuilder();
    for (Line line : found) {
      result.append(result.isEmpty() ? "" : ",");
      result
          .append("{\"stream\":{\"s\":\"")
          .append(line.stream())
          .append("\"},\"values\":[[\"")
          .append(line.timestampNanos())
          .append("\",\"")
          .append(line.text())
          .append("\"]]}");
    }
    return Answer.json(
        "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":["
            + result
            + "]}}");
  }

  private static List<Line> lines(int count, int perTimestamp) {
    List<Line> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          new Line(Called.NOW_NANOS - 1 - i / perTimestamp, i % 2 == 0 ? "a" : "b", "line" + i));
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({
    "12345, 1, 0, false, 12345",
    "12345, 1, 0, true, 12345",
    "12345, 7, 0, false, 12345",
    "12345, 7, 0, true, 12345",
    "12345, 1, 5000, false, 5000",
    "12345, 3, 5001, false, 5001",
    "12345, 3, 10000, true, 10000",
    "12345, 3, 20000, false, 12345",
    "5000, 1, 0, false, 5000",
    "10000, 10, 0, true, 10000",
  })
  void query_moreThanAPage_printsEveryLineOnceInOrder(
      int count, int perTimestamp, int limit, boolean forward, int expected) {
    List<Line> all = lines(count, perTimestamp);
    try (CannedServer server = CannedServer.answering(request -> answer(all, request))) {
      List<String> arguments =
          new ArrayList<>(
              List.of(
                  "query",
                  "{}",
                  "--output",
                  "jsonl",
                  "--addr",
                  server.address(),
                  "--limit",
                  Integer.toString(limit)));
      if (forward) {
        arguments.add("--forward");
      }

      Called called = Called.skald(arguments.toArray(String[]::new));

      assertThat(called.err()).isEmpty();
      List<String> printed = called.out().lines().toList();
      assertThat(printed).hasSize(expected).doesNotHaveDuplicates();
      List<Long> times = printed.stream().map(PagingTest::timestamp).toList();
      assertThat(times)
          .isSortedAccordingTo(forward ? Comparator.naturalOrder() : Comparator.reverseOrder());
      assertThat(server.requests())
          .allSatisfy(request ->
              assertThat(Integer.parseInt(request.parameter("limit"))).isLessThanOrEqualTo(5000));
    }
  }

  private static long timestamp(String json) {
    String key = "\"timestamp\":\"";
    int start = json.indexOf(key) + key.length();
    return Long.parseLong(json.substring(start, json.indexOf('"', start)));
  }

  @Test
  void query_secondPage_beginsWhereTheFirstEnded() {
    List<Line> all = lines(7000, 1);
    try (CannedServer server = CannedServer.answering(request -> answer(all, request))) {
      Called called =
          Called.skald("query", "{}", "--limit", "6000", "--quiet", "--addr", server.address());

      assertThat(called.out().lines()).hasSize(6000);
      assertThat(server.requests()).hasSize(2);
      long oldest = Called.NOW_NANOS - 5000;
      assertThat(server.requests().get(1).parameter("end")).isEqualTo(Long.toString(oldest + 1));
      assertThat(server.requests().get(1).parameter("limit")).isEqualTo("1001");
    }
  }

  @Test
  void query_moreLinesAtATimestampThanAPage_saysSo() {
    List<Line> all = lines(6000, 6000);
    try (CannedServer server = CannedServer.answering(request -> answer(all, request))) {
      Called called =
          Called.skald("query", "{}", "--limit", "0", "--quiet", "--addr", server.address());

      assertThat(called.exitCode()).isEqualTo(1);
      assertThat(called.err())
          .isEqualTo(
              "skald: more than 5000 lines have the timestamp 1772445599999999999; narrow the"
                  + " query\n");
    }
  }

  @Test
  void query_labelOfALaterPageDiffers_isPrinted() {
    List<Line> all = new ArrayList<>(lines(5000, 1));
    all.replaceAll(line -> new Line(line.timestampNanos(), "a", line.text()));
    all.add(new Line(Called.NOW_NANOS - 6000, "other", "old"));
    try (CannedServer server = CannedServer.answering(request -> answer(all, request))) {
      Called called = Called.skald("query", "{}", "--limit", "0", "--addr", server.address());

      assertThat(called.err()).isEqualTo("Common labels: {s=\"a\"}\n");
      assertThat(called.out().lines().toList().getLast()).endsWith(" {s=\"other\"} old");
    }
  }

  @Test
  void query_manyPagesOnATerminal_showsProgressAndWipesIt() {
    List<Line> all = lines(12000, 1);
    try (CannedServer server = CannedServer.answering(request -> answer(all, request))) {
      Called called =
          Called.onTerminal(
              "query", "{}", "--limit", "0", "--no-labels", "--addr", server.address());

      assertThat(called.err())
          .isEqualTo("\r\u001b[2K5,000 lines ...\r\u001b[2K\r\u001b[2K9,999 lines ...\r\u001b[2K");
    }
  }
}
