package io.skald.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.http.AnsweredRequest;
import io.skald.querier.api.FinishedRead;
import io.skald.querier.api.FinishedRead.Cost;
import io.skald.querier.api.FinishedRead.Kind;
import io.skald.querier.api.FinishedRead.Phase;
import io.skald.querier.api.FinishedRead.Span;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

class LoggingTest {
  private static final Logger LOG = LoggerFactory.getLogger("io.skald.storage.wal.SegmentWriter");
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  @AfterEach
  void restore() {
    MDC.clear();
    Logging.configure("info", System.err);
  }

  private void configure(String level, LogFormat format) {
    Logging.configure(level, format.text(), new PrintStream(bytes, true, StandardCharsets.UTF_8));
  }

  /** Returns what was logged, without the time. */
  private List<String> lines() {
    return bytes
        .toString(StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.replaceFirst("^ts=\\S+ ", "").replaceFirst("^\\{\"ts\":\"[^\"]+\",", "{"))
        .toList();
  }

  @Test
  void event_inLogfmt_tellsFieldsInOrder() {
    configure("info", LogFormat.LOGFMT);
    MDC.put("tenant", "acme");

    LOG.atWarn()
        .addKeyValue("bytes", 42)
        .addKeyValue("why", "no space")
        .setCause(new IllegalStateException("bad \"disk\""))
        .log("ready");

    assertThat(lines())
        .containsExactly(
            "level=warn component=storage.wal msg=\"ready\" tenant=acme bytes=42"
                + " why=\"no space\" err=\"java.lang.IllegalStateException: bad \\\"disk\\\"\"");
  }

  @Test
  void event_asJson_isOneObject() {
    configure("info", LogFormat.JSON);
    MDC.put("traceID", TRACE);

    LOG.atInfo().addKeyValue("bytes", 42L).addKeyValue("path", "/x").log("a \"b\"");

    assertThat(lines())
        .containsExactly(
            "{\"level\":\"info\",\"component\":\"storage.wal\",\"msg\":\"a"
                + " \\\"b\\\"\",\"traceID\":\""
                + TRACE
                + "\",\"bytes\":42,\"path\":\"/x\"}");
  }

  @ParameterizedTest
  @EnumSource(LogFormat.class)
  void event_textOfAClient_cannotEndTheLineNorSteerTheTerminal(LogFormat format) {
    configure("info", format);
    String hostile =
        "a\r\nts=2026 level=error msg=\"forged\"\u001b[31m\u0000\u007f\u009b31m\u0085\u2028\u2029"
            + "\u202e\u2066\ud800 \" } é 日本 😀";
    MDC.put("tenant", hostile);

    LOG.atInfo().addKeyValue("query", hostile).log(hostile);

    String text = bytes.toString(StandardCharsets.UTF_8);
    assertThat(text.lines()).hasSize(1);
    String escaped =
        "\"a\\r\\nts=2026 level=error msg=\\\"forged\\\"\\u001b[31m\\u0000\\u007f\\u009b31m\\u0085"
            + "\\u2028\\u2029\\u202e\\u2066\\ud800 \\\" } é 日本 😀\"";
    assertThat(text.split(java.util.regex.Pattern.quote(escaped), -1)).hasSize(4);
    assertThat(text.strip().codePoints()).allMatch(point -> !Character.isISOControl(point));
  }

  private static AnsweredRequest request(String path, int status) {
    return new AnsweredRequest(
        "/loki/api/v1/push", "POST", path, status, 12_300_000, "acme", 100, 0, TRACE);
  }

  @Test
  void request_byDefault_isToldAtDebug_andFailuresOfTheServerAtWarn() {
    RequestLog log = new RequestLog(false, true);

    configure("info", LogFormat.LOGFMT);
    log.answered(request("/loki/api/v1/push", 204));
    log.answered(request("/loki/api/v1/push", 503));
    log.answered(request("/loki/api/v1/push", 500));

    assertThat(lines())
        .containsExactly(
            "level=warn component=server.http msg=\"request\" tenant=acme traceID="
                + TRACE
                + " method=POST path=/loki/api/v1/push route=/loki/api/v1/push status=500"
                + " duration=12.3ms request_bytes=100 response_bytes=0");
  }

  @Test
  void request_withoutTenants_isOfTheOnlyOne() {
    configure("info", LogFormat.LOGFMT);

    new RequestLog(true, false).answered(request("/" + "x".repeat(10_000), 404));

    assertThat(lines()).hasSize(1);
    assertThat(lines().getFirst()).startsWith("level=info").contains(" tenant=fake ");
    assertThat(lines().getFirst().length()).isLessThan(600);
  }

  private static FinishedRead read(String query, long nanos) {
    return new FinishedRead(
        Kind.LOG,
        "/loki/api/v1/query_range",
        "acme",
        query,
        new Span(1_000_000_000L, 61_500_000_000L, 15_000_000_000L, 100),
        "Source=logvolhist",
        TRACE,
        200,
        nanos,
        Map.of(Phase.QUEUE, 2_000_000L, Phase.SCAN, 5L),
        new Cost(1, 2, 30, 400, 5, 600, 7, 8, 900, 1000));
  }

  @Test
  void query_finished_isToldWithWhatItCost() {
    configure("info", LogFormat.LOGFMT);

    new QueryLog(QueryLogSection.DEFAULTS).finished(read("{app=\"web\"} |= `x`", 1_500_000_000L));

    assertThat(lines())
        .containsExactly(
            "level=info component=querier msg=\"query\" tenant=acme traceID="
                + TRACE
                + " kind=log path=/loki/api/v1/query_range query=\"{app=\\\"web\\\"} |= `x`\""
                + " start=1970-01-01T00:00:01Z end=1970-01-01T00:01:01.500Z step=15s limit=100"
                + " status=200 duration=1.5s queue_time=2ms lines=30 bytes=400 skipped_bytes=900"
                + " fetched_bytes=600 returned_entries=5 query_tags=\"Source=logvolhist\"");
  }

  @Test
  void query_longText_isCut() {
    configure("info", LogFormat.JSON);

    new QueryLog(QueryLogSection.DEFAULTS).finished(read("x".repeat(100_000), 1));

    assertThat(lines().getFirst()).contains("x...\"");
    assertThat(lines().getFirst().length()).isLessThan(3000);
  }

  @Test
  void query_shorterThanAskedFor_orSwitchedOff_isNotTold() {
    configure("info", LogFormat.LOGFMT);
    QueryLog slow = new QueryLog(new QueryLogSection(true, Duration.ofSeconds(2)));

    slow.finished(read("{}", 1_999_999_999L));
    new QueryLog(new QueryLogSection(false, Duration.ZERO)).finished(read("{}", 5_000_000_000L));
    assertThat(lines()).isEmpty();

    slow.finished(read("{}", 2_000_000_000L));
    assertThat(lines()).hasSize(1);
  }
}
