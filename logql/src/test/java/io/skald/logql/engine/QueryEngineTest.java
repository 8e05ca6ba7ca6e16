package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.model.Labels;
import io.skald.logql.syntax.Parser;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits, gates, errors and cancellation of the engine as a whole. */
class QueryEngineTest {
  private static final Labels STREAM = Labels.of("app", "x");

  private final MemorySource source = MemorySource.ofBlocks(2);
  private final QueryEngine engine =
      new QueryEngine(new EngineLimits(3, 64 << 20, false), Runnable::run, 1);

  private static QueryRequest instant(String query) {
    return new QueryRequest(Parser.parse(query), 100, 100, 0, 0, 100, false, false);
  }

  private static QueryRequest range(String query) {
    return new QueryRequest(Parser.parse(query), 0, 100, 10, 0, 100, false, false);
  }

  private QueryResult run(QueryRequest request) {
    return engine.execute(request, source, new QueryStatistics(), Cancellation.none());
  }

  private void addSeries(int count) {
    for (int i = 0; i < count; i++) {
      source.add(STREAM, i, "id=" + i);
    }
  }

  @Test
  void series_upToTheLimit_areAnswered() {
    addSeries(3);

    assertThat(ResultText.rows(run(range("count_over_time({app=\"x\"} | logfmt [1m])"))))
        .hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "count_over_time({app=\"x\"} | logfmt [1m])",
        "sum by (id) (count_over_time({app=\"x\"} | logfmt [1m]))",
        "topk(5, count_over_time({app=\"x\"} | logfmt [1m]))",
        "count_over_time({app=\"x\"} | logfmt [1m]) * 2",
      })
  void series_beyondTheLimit_areRefused(String query) {
    addSeries(4);

    assertThatThrownBy(() -> run(range(query)))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage(
            "maximum number of series (3) reached for a single query; consider reducing query"
                + " cardinality by adding more specific stream selectors, reducing the time range,"
                + " or aggregating results with functions like sum(), count() or topk()");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum(count_over_time({app=\"x\"} | logfmt [1m]))",
        "topk(2, count_over_time({app=\"x\"} | logfmt [1m]))",
        "count(sum by (id) (count_over_time({app=\"x\"} | logfmt [1m])))",
      })
  void series_thatAreAggregated_doNotCountForTheLimit(String query) {
    addSeries(50);

    assertThat(ResultText.rows(run(instant(query)))).hasSizeBetween(1, 2);
  }

  @Test
  void limits_ofTheCall_winOverThoseOfTheEngine() {
    addSeries(4);

    QueryResult result =
        engine.execute(
            instant("count_over_time({app=\"x\"} | logfmt [1m])"),
            source,
            EngineLimits.defaults().withMaxSeries(0),
            new QueryStatistics(),
            Cancellation.none());

    assertThat(ResultText.rows(result)).hasSize(4);
  }

  @Test
  void approxTopk_isGated() {
    addSeries(4);
    QueryRequest instant = instant("approx_topk(2, count_over_time({app=\"x\"} | logfmt [1m]))");
    QueryRequest range = range("approx_topk(2, count_over_time({app=\"x\"} | logfmt [1m]))");
    EngineLimits enabled = new EngineLimits(3, 64 << 20, true);

    assertThatThrownBy(() -> run(instant))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(500))
        .hasMessage("approx_topk is not enabled. See -limits.shard_aggregations");
    assertThat(
            ResultText.rows(
                engine.execute(
                    instant, source, enabled, new QueryStatistics(), Cancellation.none())))
        .hasSize(2);
    assertThatThrownBy(() ->
            engine.execute(range, source, enabled, new QueryStatistics(), Cancellation.none()))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(500))
        .hasMessage("count min sketches are only supported on instant queries");
  }

  @Test
  void variants_areDisabled() {
    assertThatThrownBy(
            () -> run(instant("variants(count_over_time({app=\"x\"}[5m])) of ({app=\"x\"}[5m])")))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage("multi variant queries are disabled for this instance");
  }

  @Test
  void pipelineError_inAMetricQuery_isReportedWithItsSeries() {
    source.add(STREAM, 1, "v=1").add(STREAM, 2, "v=abc");

    assertThatThrownBy(() -> run(instant("sum_over_time({app=\"x\"} | logfmt | unwrap v [1m])")))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessage(
            """
            pipeline error: 'SampleExtractionErr' for series: '{__error__="SampleExtractionErr", \
            __error_details__="strconv.ParseFloat: parsing \\"abc\\": invalid syntax", app="x", v="abc"}'.
            Use a label filter to intentionally skip this error. (e.g | __error__!="SampleExtractionErr").
            To skip all potential errors you can match empty errors.(e.g __error__="")
            The label filter can also be specified after unwrap. (e.g | unwrap latency | __error__="" )
            """);
  }

  @Test
  void pipelineError_outsideAllWindows_doesNotMatter() {
    source.add(STREAM, -2_000_000, "v=abc").add(STREAM, 95, "v=1");

    assertThat(
            ResultText.rows(run(instant("sum_over_time({app=\"x\"} | logfmt | unwrap v [1ms])"))))
        .hasSize(1);
  }

  @Test
  void error_thatCameAsMetadata_failsUnlessItIsDropped() {
    source.add(STREAM, 1, "v=1", Labels.of("__error__", "upstream", "level", "info"));

    assertThatThrownBy(() -> run(instant("count_over_time({app=\"x\"}[1m])")))
        .hasMessageStartingWith("pipeline error: 'upstream'");
    assertThatThrownBy(() -> run(instant("count_over_time({app=\"x\"} | logfmt [1m])")))
        .hasMessageStartingWith("pipeline error: 'upstream'");
    for (String stages : new String[] {"| drop __error__", "|= \"v\" | drop __error__"}) {
      assertThat(ResultText.rows(run(instant("count_over_time({app=\"x\"} " + stages + " [1m])"))))
          .containsExactly("{app=\"x\", level=\"info\"} 0:1.0");
    }
  }

  @Test
  void cancelled_duringTheScan_stops() {
    addSeries(4);
    Cancellation cancellation = Cancellation.none();
    cancellation.cancel("stop");

    assertThatThrownBy(() ->
            engine.execute(
                instant("sum(count_over_time({app=\"x\"}[1m]))"),
                source,
                new QueryStatistics(),
                cancellation))
        .isInstanceOf(QueryCancelledException.class)
        .hasMessage("stop");
  }

  @Test
  void storageError_inAnotherThread_reachesTheCaller() {
    addSeries(50);
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      QueryEngine crew = new QueryEngine(EngineLimits.defaults(), executor, 4);

      assertThatThrownBy(() ->
              crew.execute(
                  instant("sum(count_over_time({app=\"x\"}[1m]))"),
                  (_, _, _, _) -> {
                    throw new StorageException("chunk 7 is gone");
                  },
                  new QueryStatistics(),
                  Cancellation.none()))
          .isInstanceOf(StorageException.class)
          .hasMessage("chunk 7 is gone");
    }
  }

  @Test
  void steps_beyondAllReason_areRefused() {
    QueryRequest request =
        new QueryRequest(Parser.parse("vector(1)"), 0, Long.MAX_VALUE, 1, 0, 1, false, false);

    assertThatThrownBy(() -> run(request))
        .isInstanceOf(QueryException.class)
        .hasMessageContaining("1000000 steps");
  }

  @Test
  void zeroRange_givesNoData() {
    addSeries(4);

    assertThat(run(instant("count_over_time({app=\"x\"}[0s])")))
        .isEqualTo(new QueryResult.Vector(List.of()));
  }

  @Test
  void literal_inARangeQuery_isASeriesWithoutLabels() {
    assertThat(ResultText.rows(run(range("1 + 1"))))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("{} ");
    assertThat(ResultText.rows(run(instant("1 + 1")))).containsExactly("0:2.0");
  }
}
