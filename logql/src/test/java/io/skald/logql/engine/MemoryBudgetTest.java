package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.LogSource;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operator accounts for what it holds: a small budget stops it, a large one does not. */
class MemoryBudgetTest {
  private static final int LINES = 6000;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long END = LINES * SECOND;
  private static final MemorySource SOURCE = data();

  /** Every line has a number of its own, and a text that is longer than what an entry costs. */
  private static MemorySource data() {
    MemorySource source = MemorySource.ofBlocks(500);
    for (int i = 0; i < LINES; i++) {
      source.add(
          Labels.of("app", "x"),
          i * SECOND,
          "id=%d n=%d.5 text=%s%d".formatted(i, i % 17, "t".repeat(200), i));
    }
    return source;
  }

  private static QueryResult run(String query, long limitBytes, long stepNanos) {
    QueryEngine engine = new QueryEngine(new EngineLimits(0, limitBytes, true), Runnable::run, 1);
    var expression = Parser.parse(query);
    QueryRequest request =
        expression instanceof LogExpr
            ? new QueryRequest(expression, 0, END, 0, 0, LINES, true, false)
            : new QueryRequest(
                expression, stepNanos == 0 ? END : 0, END, stepNanos, 0, 100, true, false);
    return engine.execute(request, SOURCE, new QueryStatistics(), Cancellation.none());
  }

  private static void requireAccounted(String query, long stepNanos) {
    assertThatThrownBy(() -> run(query, 1 << 20, stepNanos))
        .as(query)
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(400))
        .hasMessageContaining("querier.max_query_memory");
    assertThat(run(query, 1 << 28, stepNanos)).as(query).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{app=`x`}",
        "{app=`x`} | logfmt",
        "{app=`x`} | logfmt | keep text",
        "count_over_time({app=`x`} | logfmt [2h])",
        "sum by (text) (count_over_time({app=`x`} | logfmt [2h]))",
        "sum by (id) (bytes_over_time({app=`x`} | logfmt [2h]))",
        "avg_over_time({app=`x`} | logfmt | unwrap n [2h]) by (id)",
        "quantile_over_time(0.9, {app=`x`} | logfmt | unwrap n [2h]) by (id)",
        "topk(3000, count_over_time({app=`x`} | logfmt [2h]))",
        "approx_topk(3000, sum by (text) (count_over_time({app=`x`} | logfmt [2h])))",
        "sort_desc(count_over_time({app=`x`} | logfmt | keep id [2h]))",
        "count(count_over_time({app=`x`} | logfmt [2h]))",
      })
  void instantQuery_holdingManySeriesOrEntries_isStopped(String query) {
    requireAccounted(query, 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum by (id) (count_over_time({app=`x`} | logfmt [1m]))",
        "sum_over_time({app=`x`} | logfmt | keep id, n | unwrap n [1m])",
        "max_over_time({app=`x`} | logfmt | unwrap n [1m]) by (id)",
        "stddev_over_time({app=`x`} | logfmt | unwrap n [1m]) by (id)",
        "first_over_time({app=`x`} | logfmt | unwrap n [1m]) by (id)",
        "rate_counter({app=`x`} | logfmt | keep id, n | unwrap n [1m])",
        "vector(1) + on() group_right() count_over_time({app=`x`} | logfmt | keep id [1m])",
        "count_over_time({app=`x`} | logfmt | keep id [1m]) or vector(1)",
      })
  void rangeQuery_holdingManySamples_isStopped(String query) {
    requireAccounted(query, 10 * SECOND);
  }

  /** What each part holds is below the budget, what they hold at one time is not. */
  @Test
  void binaryOperator_holdingBothSides_isStopped() {
    String side = "sum by (id) (count_over_time({app=`x`} | logfmt | id < 1000 [2h]))";
    assertThat(run(side, 1 << 20, 0)).isNotNull();

    requireAccounted("(" + side + ") + (" + side + ") * (" + side + ")", 0);
  }

  @Test
  void labelReplace_makingLongValues_isStopped() {
    String inner = "sum by (id) (count_over_time({app=`x`} | logfmt | id < 1000 [2h]))";
    assertThat(run(inner, 1 << 20, 0)).isNotNull();

    requireAccounted(
        "label_replace(" + inner + ", `long`, `" + "$1-".repeat(400) + "`, `id`, `(.*)`)", 0);
  }

  /** Of one instant, they cannot be read part by part. */
  @Test
  void blocks_ofTheAnswerToBe_areAccountedFor() {
    MemorySource source = MemorySource.ofBlocks(1);
    for (int i = 0; i < LINES; i++) {
      source.add(Labels.of("app", "x"), END, "line " + i);
    }
    QueryEngine engine = new QueryEngine(new EngineLimits(0, 1 << 20, false), Runnable::run, 1);

    assertThatThrownBy(() ->
            engine.execute(
                new QueryRequest(
                    Parser.parse("count_over_time({app=`x`}[2h])"), END, END, 0, 0, 1, true, false),
                source,
                new QueryStatistics(),
                Cancellation.none()))
        .hasMessageContaining("querier.max_query_memory");
  }

  /** The memory of what is done with is given back: many in a row do not add up. */
  @Test
  void operators_oneAfterTheOther_giveBackWhatTheyHeld() {
    String one = "sum(count_over_time({app=`x`} | logfmt | id < 1000 [2h]))";
    StringBuilder query = new StringBuilder(one);
    for (int i = 0; i < 20; i++) {
      query.append(" + ").append(one);
    }

    assertThat(run(query.toString(), 1 << 20, 0)).isInstanceOf(QueryResult.Vector.class);
  }

  /** Twenty pieces with the same series: what is kept is that of one. */
  private static final class Pieces implements QueryFleet {
    private final QueryEngine engine;
    private boolean elsewhere;

    Pieces(QueryEngine engine) {
      this.engine = engine;
    }

    @Override
    public List<QueryPiece> divide(
        QueryPiece whole, List<LabelMatcher> selector, Division division, Effort effort) {
      return Collections.nCopies(20, whole);
    }

    @Override
    public LogSource entries(QueryPiece piece) {
      return SOURCE;
    }

    @Override
    public void run(List<QueryPiece> pieces, Work work) {
      for (QueryPiece piece : pieces) {
        elsewhere = !elsewhere;
        if (elsewhere) {
          work.take(
              piece, engine.evaluate(piece, SOURCE, new QueryStatistics(), Cancellation.none()));
        } else {
          work.evaluate(piece);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"count_over_time({app=`x`} | logfmt", "sum_over_time({app=`x`} | logfmt"})
  void pieces_withTheSameSeries_doNotAddUp(String start) {
    String unwrap = start.startsWith("sum") ? " | unwrap n" : "";
    String query = "sum by (id) (" + start + " | id < 2000" + unwrap + " [2h]))";
    QueryEngine engine = new QueryEngine(new EngineLimits(0, 3 << 20, true), Runnable::run, 1);

    QueryResult result =
        engine.execute(
            new QueryRequest(Parser.parse(query), END, END, 0, 0, 100, true, false),
            SOURCE,
            new Pieces(engine),
            new QueryStatistics(),
            Cancellation.none());

    assertThat(((QueryResult.Vector) result).samples()).hasSize(2000);
  }
}
