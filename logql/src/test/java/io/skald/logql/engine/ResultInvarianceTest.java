package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.LogSource;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must not change an answer: block cuts, overlaps, threads, direction. */
class ResultInvarianceTest {
  private static final long SECOND = RandomEntries.SECOND;
  private static final int ENTRIES = 600;
  private static final int ROUNDS = 4;

  private final QueryEngine alone = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  private static QueryRequest request(String query, int limit, boolean forward) {
    Expr expression = Parser.parse(query);
    boolean log = expression instanceof LogExpr;
    return new QueryRequest(
        expression,
        10 * SECOND,
        (log ? 190 : 180) * SECOND,
        log ? 0 : 17 * SECOND,
        0,
        limit,
        forward,
        false);
  }

  private static List<String> run(QueryEngine engine, QueryRequest request, LogSource source) {
    return ResultText.rows(
        engine.execute(request, source, new QueryStatistics(), Cancellation.none()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{app=~\".+\"}",
        "{app=\"x\"} |= \"error\"",
        "{app=~\".+\"} != \"error\" | logfmt | k=\"a\"",
        "{app=~\".+\"} | line_format \"same\"",
        "count_over_time({app=~\".+\"}[17s])",
        "count_over_time({app=~\".+\"}[5s])",
        "rate({app=~\".+\"} |= \"warn\" [40s])",
        "sum by (pod) (count_over_time({app=~\".+\"}[40s]))",
        "sum by (level) (bytes_over_time({app=~\".+\"}[30s]))",
        "sum without (level, app_extracted) (bytes_rate({app=~\".+\"} | drop k [30s]))",
        "sum by (k) (sum_over_time({app=~\".+\"} | logfmt | unwrap v [60s]))",
        "avg_over_time({app=~\".+\"} | logfmt | unwrap v [60s]) by (k)",
        "min_over_time({app=~\".+\"} | logfmt | unwrap v [60s]) by (w)",
        "max by (w) (max_over_time({app=~\".+\"} | logfmt | unwrap v [25s]))",
        "first_over_time({app=~\".+\"} | logfmt | unwrap v [60s]) by (k)",
        "last_over_time({app=~\".+\"} | logfmt | unwrap v [60s]) without (v, pod)",
        "stddev_over_time({app=~\".+\"} | logfmt | v < 1000 | unwrap v [60s]) by (k)",
        "quantile_over_time(0.9, {app=~\".+\"} | logfmt | unwrap v [60s]) by (k)",
        "rate_counter({app=~\".+\"} | logfmt | keep k, v | unwrap v [60s])",
        "topk(2, sum by (k, pod) (count_over_time({app=~\".+\"} | logfmt [30s])))",
        "absent_over_time({app=\"y\", pod=\"2\"}[3s])",
        "sum by (w) (count_over_time({app=~\".+\"} | logfmt | v > 10 [30s]))",
        "sum by (pod, w) (bytes_over_time({app=~\".+\"} |= \"v=1\" | logfmt | k != \"b\" [30s]))",
        "sum by (app, app_extracted) (count_over_time({app=~\".+\"} | logfmt | w=\"ok\" [30s]))",
        "sum by (level) (rate({app=~\".+\"} | level=\"error\" [30s]))",
        "{app=~\".+\"} |~ \"v=1[0-9].(5|25) \" != \"w=ok\" | logfmt | v > 12",
      })
  void answer_doesNotDependOnBlockCutsOrThreads(String query) {
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      QueryEngine crew = new QueryEngine(EngineLimits.defaults(), executor, 4);
      for (long seed = 1; seed <= ROUNDS; seed++) {
        RandomEntries entries = new RandomEntries(seed, ENTRIES);
        Random random = new Random(seed);
        for (int limit : new int[] {7, 5000}) {
          QueryRequest request = request(query, limit, seed % 2 == 0);
          List<String> whole = run(alone, request, entries.source(() -> ENTRIES));
          assertThat(whole).as("seed %d", seed).isNotEmpty();

          assertThat(run(alone, request, entries.source(() -> 1)))
              .as("seed %d", seed)
              .isEqualTo(whole);
          assertThat(run(crew, request, entries.source(() -> 1 + random.nextInt(30))))
              .as("seed %d", seed)
              .isEqualTo(whole);
          MemorySource templated = entries.source(() -> 1 + random.nextInt(30));
          assertThat(run(crew, request, templated.templated()))
              .as("seed %d, templates", seed)
              .isEqualTo(whole);
        }
      }
    }
  }

  @Test
  void backward_isForwardReversed() {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      MemorySource source = new RandomEntries(seed, ENTRIES).source(() -> 25);
      for (String query : List.of("{app=~\".+\"}", "{app=~\".+\"} | logfmt | drop v | k=\"a\"")) {
        QueryResult forward = execute(request(query, 5000, true), source);
        QueryResult backward = execute(request(query, 5000, false), source);
        if (forward instanceof QueryResult.Streams(List<QueryResult.Stream> ahead)
            && backward instanceof QueryResult.Streams(List<QueryResult.Stream> back)) {
          assertThat(ahead).as("seed %d", seed).hasSameSizeAs(back).isNotEmpty();
          for (int i = 0; i < ahead.size(); i++) {
            List<String> reversed = new ArrayList<>(lines(back.get(i)));
            Collections.reverse(reversed);
            assertThat(back.get(i).labels()).isEqualTo(ahead.get(i).labels());
            assertThat(lines(ahead.get(i))).as("seed %d %s", seed, query).isEqualTo(reversed);
          }
        }
      }
    }
  }

  private QueryResult execute(QueryRequest request, MemorySource source) {
    return alone.execute(request, source, new QueryStatistics(), Cancellation.none());
  }

  private static List<String> lines(QueryResult.Stream stream) {
    return stream.entries().stream().map(ResultText::text).toList();
  }

  @Test
  void limited_isTheBeginningOfTheUnlimited() {
    MemorySource source = new RandomEntries(5, ENTRIES).source(() -> 25);
    // Without metadata the streams of the answer are those of the source, ties included.
    String query = "{app=~\".+\"} |~ \"err|ok\" | drop level, app_extracted";
    for (boolean forward : new boolean[] {true, false}) {
      List<String> all = byTime(request(query, 5000, forward), source);
      for (int limit : new int[] {1, 2, 10, 100}) {
        assertThat(byTime(request(query, limit, forward), source))
            .hasSize(limit)
            .isEqualTo(all.subList(0, limit));
      }
    }
  }

  /** Entries of all streams in the order of the answer. */
  private List<String> byTime(QueryRequest request, MemorySource source) {
    record Row(long timestamp, String text) {}
    List<Row> rows = new ArrayList<>();
    if (execute(request, source) instanceof QueryResult.Streams(List<QueryResult.Stream> streams)) {
      for (QueryResult.Stream stream : streams) {
        for (QueryResult.Entry entry : stream.entries()) {
          rows.add(new Row(entry.timestampNanos(), stream.labels() + ResultText.text(entry)));
        }
      }
    }
    rows.sort((a, b) ->
        request.forward()
            ? Long.compare(a.timestamp(), b.timestamp())
            : Long.compare(b.timestamp(), a.timestamp()));
    return rows.stream().map(Row::text).toList();
  }

  @Test
  void matching_andNotMatching_addUpToAll() {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      MemorySource source = new RandomEntries(seed, ENTRIES).source(() -> 25);
      String all = "sum(count_over_time({app=~\".+\"}[30s]))";
      String split =
          "sum(count_over_time({app=~\".+\"} |~ \"v=1|error\" [30s]))"
              + " + sum(count_over_time({app=~\".+\"} !~ \"v=1|error\" [30s]))";

      assertThat(run(alone, request(split, 1, true), source))
          .as("seed %d", seed)
          .isEqualTo(run(alone, request(all, 1, true), source));
    }
  }

  @Test
  void pushedDown_equalsAggregatedAfterwards() {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      MemorySource source = new RandomEntries(seed, ENTRIES).source(() -> 25);
      for (String grouping : List.of("by (k)", "by (level, pod)", "without (v, w, level)", "")) {
        String inner = "(count_over_time({app=~\".+\"} | logfmt [30s]))";

        // The addition keeps the engine from pushing the outer sum down.
        assertThat(run(alone, request("sum " + grouping + " " + inner, 1, true), source))
            .as("seed %d %s", seed, grouping)
            .isEqualTo(
                run(alone, request("sum " + grouping + " (" + inner + " + 0)", 1, true), source));
      }
    }
  }

  @Test
  void extremeByUnwrappedLabel_groupsAsIfAggregatedAfterwards() {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      MemorySource source = new RandomEntries(seed, ENTRIES).source(() -> 25);
      String inner = "(min_over_time({app=~\".+\"} | logfmt | keep v, k | unwrap v [30s])";

      // The product keeps the engine from pushing the outer minimum down.
      assertThat(run(alone, request("min by (v, k) " + inner + ")", 1, true), source))
          .as("seed %d", seed)
          .isEqualTo(run(alone, request("min by (v, k) (" + inner + ") * 1)", 1, true), source))
          .noneMatch(row -> row.contains("v=\""));
    }
  }
}
