package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogQueryTest {
  private static final Labels A = Labels.of("app", "x", "s", "a");
  private static final Labels B = Labels.of("app", "x", "s", "b");

  private final MemorySource source = MemorySource.ofBlocks(2);
  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  private List<String> run(String query, long start, long end, int limit, boolean forward) {
    return run(query, start, end, 0, limit, forward, false);
  }

  private List<String> run(
      String query,
      long start,
      long end,
      long interval,
      int limit,
      boolean forward,
      boolean categorize) {
    QueryRequest request =
        new QueryRequest(Parser.parse(query), start, end, 0, interval, limit, forward, categorize);
    return ResultText.rows(
        engine.execute(request, source, new QueryStatistics(), Cancellation.none()));
  }

  @Test
  void window_includesItsStartAndExcludesItsEnd() {
    source.add(A, 1, "one").add(A, 2, "two").add(A, 3, "three");

    assertThat(run("{app=\"x\"}", 1, 3, 10, true))
        .containsExactly(A + " 1 one {}{}", A + " 2 two {}{}");
    assertThat(run("{app=\"x\"}", 2, 2, 10, true)).isEmpty();
    assertThat(run("{app=\"x\"}", 3, 2, 10, true)).isEmpty();
  }

  @Test
  void ties_inOneStream_areInArrivalOrderOrItsReverse() {
    source.add(A, 1, "p").add(A, 1, "q").add(A, 1, "r").add(A, 1, "p");

    assertThat(run("{app=\"x\"}", 0, 9, 10, true))
        .containsExactly(A + " 1 p {}{}", A + " 1 q {}{}", A + " 1 r {}{}");
    assertThat(run("{app=\"x\"}", 0, 9, 10, false))
        .containsExactly(A + " 1 r {}{}", A + " 1 q {}{}", A + " 1 p {}{}");
    assertThat(run("{app=\"x\"}", 0, 9, 1, true)).containsExactly(A + " 1 p {}{}");
    assertThat(run("{app=\"x\"}", 0, 9, 1, false)).containsExactly(A + " 1 r {}{}");
  }

  @Test
  void limit_acrossStreams_countsTheNewestOfAll() {
    source.add(A, 1, "p").add(A, 5, "q").add(B, 2, "r").add(B, 4, "s").add(B, 6, "t");

    assertThat(run("{app=\"x\"}", 0, 9, 3, false))
        .containsExactly(A + " 5 q {}{}", B + " 6 t {}{}", B + " 4 s {}{}");
  }

  @Test
  void formattedLines_thatBecomeEqual_collapseBeforeTheLimitCounts() {
    source.add(A, 1, "p").add(A, 1, "q").add(A, 2, "r").add(B, 2, "r");

    assertThat(run("{app=\"x\"} | line_format \"z\"", 0, 9, 2, true))
        .containsExactly(A + " 1 z {}{}", A + " 2 z {}{}");
  }

  @Test
  void sameLine_withOtherMetadata_staysApart() {
    source.add(A, 1, "p").add(A, 1, "p", Labels.of("level", "info"));

    assertThat(run("{app=\"x\"}", 0, 9, 5, true))
        .containsExactly(
            Labels.of("app", "x", "level", "info", "s", "a") + " 1 p {}{}", A + " 1 p {}{}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void limit_reachedOnlyWithEntriesThatCollapse_goesOnToOthers(boolean forward) {
    for (int i = 0; i < 10; i++) {
      source.add(A, i, "line").add(B, i, "line");
    }
    Labels both = Labels.of("app", "x");

    assertThat(run("{app=\"x\"} | keep app", 0, 10, 4, forward))
        .containsExactlyElementsOf(
            (forward ? IntStream.range(0, 4) : IntStream.iterate(9, i -> i - 1).limit(4))
                .mapToObj(i -> both + " " + i + " line {}{}")
                .toList());
  }

  @Test
  void streams_areSortedByTheirTextAsBytes() {
    source.add(Labels.of("app", "x"), 1, "short");
    source.add(Labels.of("app", "x", "b", "\uD83D\uDE80"), 1, "rocket");
    source.add(Labels.of("app", "x", "b", "\uFF5E"), 1, "tilde");

    assertThat(run("{app=\"x\"}", 0, 9, 5, true))
        .extracting(row -> row.split("} 1 ")[1])
        .containsExactly("tilde {}{}", "rocket {}{}", "short {}{}");
  }

  @Test
  void categorised_keepsTheLabelsOfAStreamApart() {
    source.add(A, 1, "k=v", Labels.of("level", "info", "s", "meta"));
    source.add(A, 2, "nope=");

    assertThat(run("{app=\"x\"} | logfmt", 0, 9, 0, 5, true, true))
        .containsExactly(
            A + " 1 k=v {level=\"info\", s_extracted=\"meta\"}{k=\"v\"}", A + " 2 nope= {}{}");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void interval_withMoreEntriesThanOneBatch_keepsThoseFarEnoughApart(boolean forward) {
    for (int i = 0; i < 20_000; i++) {
      source.add(i % 2 == 0 ? A : B, i, "line");
    }
    List<String> kept = run("{app=\"x\"}", 0, 20_000, 7_000, 5, forward, false);

    if (forward) {
      assertThat(kept)
          .containsExactly(A + " 0 line {}{}", A + " 7000 line {}{}", A + " 14000 line {}{}");
    } else {
      assertThat(kept)
          .containsExactly(B + " 19999 line {}{}", B + " 12999 line {}{}", B + " 5999 line {}{}");
    }
  }

  @Test
  void interval_withALimit_stopsThere() {
    source.add(A, 1, "p").add(A, 2, "q").add(A, 4, "r").add(A, 7, "s");

    assertThat(run("{app=\"x\"}", 0, 9, 2, 2, true, false))
        .containsExactly(A + " 1 p {}{}", A + " 4 r {}{}");
  }

  @Test
  void entries_beyondTheMemoryBudget_areRefused() {
    String line = "x".repeat(300_000);
    for (int i = 0; i < 10; i++) {
      source.add(A, i, line + i);
    }
    QueryEngine small = new QueryEngine(new EngineLimits(0, 1 << 20, false), Runnable::run, 1);

    assertThatThrownBy(() ->
            small.execute(
                new QueryRequest(Parser.parse("{app=\"x\"}"), 0, 99, 0, 0, 100, true, false),
                source,
                new QueryStatistics(),
                Cancellation.none()))
        .isInstanceOf(QueryException.class)
        .hasMessageContaining("querier.max_query_memory");
  }

  @Test
  void stage_thatDoesNotCompile_isAParseError() {
    assertThatThrownBy(() -> run("{app=\"x\"} |~ \"(\"", 0, 9, 5, true))
        .isInstanceOf(ParseException.class)
        .hasMessageStartingWith("parse error : stage '|~ \"(\"'");
  }
}
