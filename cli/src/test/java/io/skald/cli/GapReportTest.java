package io.skald.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.cli.CannedServer.Answer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class GapReportTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long START = Called.NOW_NANOS - 3600 * SECOND;

  /** Elements of the two answers, oldest first. */
  private final List<String> losses = new ArrayList<>();

  private final List<String> ranges = new ArrayList<>();

  private static String answer(String kind, List<String> values) {
    return "{\"status\":\"success\",\"data\":{\"resultType\":\"streams\",\"result\":[{\"stream\":"
        + "{\"__skald_notes__\":\""
        + kind
        + "\",\"agent\":\"n1.default\"},\"values\":["
        + String.join(",", values)
        + "]}],\"stats\":{}}}";
  }

  private static String value(long secondsAgo, String line) {
    return "[\""
        + (Called.NOW_NANOS - secondsAgo * SECOND)
        + "\",\""
        + line.replace("\\", "\\\\").replace("\"", "\\\"")
        + "\"]";
  }

  private void range(long secondsAgo, String from, int to, String more) {
    ranges.add(
        value(
            secondsAgo,
            "{\"files\":[{\"file\":\"/a.log\",\"id\":\"1-2-3\","
                + from
                + "\"to\":"
                + to
                + ",\"lines\":1"
                + more
                + "}]}"));
  }

  private static String from(int offset) {
    return "\"from\":" + offset + ",";
  }

  private Called gaps(String... options) {
    try (CannedServer server =
        CannedServer.answering(request ->
            Answer.json(
                request.parameter("query").contains("losses")
                    ? answer("losses", losses)
                    : answer("ranges", ranges)))) {
      List<String> arguments =
          new ArrayList<>(
              List.of("query", "--gaps", "--timezone", "UTC", "--addr", server.address()));
      arguments.addAll(List.of(options));
      return Called.skald(arguments.toArray(String[]::new));
    }
  }

  @Test
  void gaps_partsThatFollowEachOther_areNone() {
    range(50, "", 10, "");
    range(40, from(10), 20, "");
    range(30, from(20), 30, "");

    Called called = gaps();

    assertThat(called.exitCode()).isZero();
    assertThat(called.out()).isEmpty();
    assertThat(called.err()).isEqualTo("no line is known to be missing\n");
  }

  @Test
  void gaps_nothingTold_saysSo() {
    assertThat(gaps().err()).startsWith("no agent told of its files in this range");
  }

  @Test
  void gaps_partThatNeverArrived_isBetween() {
    range(50, "", 10, "");
    range(40, from(25), 30, "");

    assertThat(gaps().out())
        .isEqualTo(
            "2026-03-02T09:59:10.000000000Z  2026-03-02T09:59:20.000000000Z  between/unknown"
                + "  15 bytes  n1.default  /a.log\n");
  }

  @Test
  void gaps_partThatTheAgentGaveUp_isTheAgents() {
    range(50, "", 10, "");
    range(20, from(25), 30, "");
    losses.add(
        value(
            20,
            "{\"hop\":\"agent\",\"reason\":\"buffer_full\",\"file\":\"/a.log\",\"id\":\"1-2-3\","
                + "\"lines\":3,\"from\":10,\"to\":25,\"first\":\"2026-03-02T09:59:11Z\","
                + "\"last\":\"2026-03-02T09:59:12Z\"}"));

    assertThat(gaps().out())
        .isEqualTo(
            "2026-03-02T09:59:11.000000000Z  2026-03-02T09:59:12.000000000Z  agent/buffer_full"
                + "  3 lines  n1.default  /a.log\n");
  }

  @Test
  void gaps_partThatIsExplainedInPart_hasARest() {
    range(50, "", 10, "");
    range(20, from(40), 50, "");
    losses.add(
        value(
            20,
            "{\"hop\":\"agent\",\"reason\":\"buffer_age\",\"file\":\"/a.log\",\"id\":\"1-2-3\","
                + "\"lines\":3,\"from\":15,\"to\":30}"));

    assertThat(gaps("--output", "jsonl").out().lines())
        .contains(
            "{\"first\":\"1772445550000000000\",\"last\":\"1772445580000000000\",\"hop\":\"between\","
                + "\"reason\":\"unknown\",\"agent\":\"n1.default\",\"file\":\"/a.log\",\"bytes\":15}");
  }

  @Test
  void gaps_whatStagesDropped_isCountedByReason() {
    range(50, "", 10, ",\"dropped\":{\"drop_stage\":2,\"line_too_long\":1}");
    range(40, from(10), 20, ",\"dropped\":{\"drop_stage\":3}");

    assertThat(gaps().out())
        .isEqualTo(
            "2026-03-02T09:59:10.000000000Z  2026-03-02T09:59:20.000000000Z  stage/drop_stage"
                + "  5 lines  n1.default  /a.log\n");
  }

  @Test
  void gaps_whatTheServerRefused_namesTheStream() {
    losses.add(
        value(
            20,
            "{\"hop\":\"server\",\"reason\":\"line_too_long\",\"lines\":1,\"stream\":\"{a=\\\"b\\\"}\","
                + "\"first\":\"2026-03-02T09:59:11Z\",\"last\":\"2026-03-02T09:59:11Z\"}"));

    assertThat(gaps().out())
        .isEqualTo(
            "2026-03-02T09:59:11.000000000Z  2026-03-02T09:59:11.000000000Z  server/line_too_long"
                + "  1 line  n1.default  {a=\"b\"}\n");
  }

  @Test
  void gaps_ofAnotherTime_areLeftOut() {
    range(3000, "", 10, "");
    range(2900, from(25), 30, "");

    assertThat(gaps("--since", "10m").out()).isEmpty();
    assertThat(gaps("--since", "50m").out()).contains("between/unknown");
  }

  @Test
  void gaps_withAQuery_areRefused() {
    Called called = Called.skald("query", "{a=\"b\"}", "--gaps");

    assertThat(called.exitCode()).isEqualTo(2);
    assertThat(called.err()).contains("--gaps takes no query");
  }

  @Test
  void gaps_askForEnoughOfTheTimeBefore() {
    try (CannedServer server =
        CannedServer.answering(_ -> Answer.json(answer("ranges", List.of())))) {
      Called.skald("query", "--gaps", "--addr", server.address());

      assertThat(server.requests().get(0).parameter("start")).isEqualTo(Long.toString(START));
      assertThat(server.requests().get(1).parameter("start"))
          .isEqualTo(Long.toString(START - 3600 * SECOND));
    }
  }
}
