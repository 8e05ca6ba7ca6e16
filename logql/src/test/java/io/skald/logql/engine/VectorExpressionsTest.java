package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import io.skald.common.values.GoFloat;
import io.skald.logql.syntax.Parser;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Operators and aggregations on vectors made of literals. In the queries, {@code X(a=1,b=2)5}
 * stands for a series with these labels and value.
 */
class VectorExpressionsTest {
  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  private String evaluate(String text) {
    QueryRequest request =
        new QueryRequest(Parser.parse(expand(text)), 0, 0, 0, 0, 100, false, false);
    QueryResult result =
        engine.execute(
            request, (_, _, _, _) -> List.of(), new QueryStatistics(), Cancellation.none());
    return switch (result) {
      case QueryResult.Vector(List<QueryResult.Sample> samples) ->
          samples.stream()
              .map(s -> s.labels() + " " + GoFloat.formatShortest(s.value()))
              .collect(Collectors.joining("; "));
      case QueryResult.Scalar(_, double value) -> GoFloat.formatShortest(value);
      case QueryResult.Matrix matrix -> matrix.toString();
      case QueryResult.Streams streams -> streams.toString();
    };
  }

  /** Writes {@code X(a=1)5} as label_replace around vector(5). */
  private static String expand(String text) {
    Matcher matcher = Pattern.compile("X\\(([^)]*)\\)([0-9.]+)").matcher(text);
    return matcher.replaceAll(match -> {
      String vector = "vector(" + match.group(2) + ")";
      for (String label : match.group(1).split(",")) {
        String[] pair = label.split("=");
        vector = "label_replace(" + vector + ",\"" + pair[0] + "\",\"" + pair[1] + "\",\"\",\"\")";
      }
      return Matcher.quoteReplacement("(" + vector + ")");
    });
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          X(a=1)5 + X(a=1)2                                  -> {a="1"} 7
          X(a=1)5 + X(a=2)2                                  -> ''
          (X(a=1)5 or X(a=2)6) * 2                           -> {a="1"} 10; {a="2"} 12
          10 - (X(a=1)5 or X(a=2)6)                          -> {a="1"} 5; {a="2"} 4
          (X(a=1)5 or X(a=2)6) > 5                           -> {a="2"} 6
          5 < (X(a=1)5 or X(a=2)6)                           -> {a="2"} 6
          (X(a=1)5 or X(a=2)6) > bool 5                      -> {a="1"} 0; {a="2"} 1
          X(a=1)5 > X(a=1)4                                  -> {a="1"} 5
          X(a=1)5 < X(a=1)4                                  -> ''
          X(a=1)5 < bool X(a=1)4                             -> {a="1"} 0
          X(a=1)5 / X(a=1)0                                  -> {a="1"} NaN
          X(a=1)5 % X(a=1)3                                  -> {a="1"} 2
          X(a=1)2 ^ X(a=1)10                                 -> {a="1"} 1024
          X(a=1,b=2)5 + on(a) X(a=1,c=3)2                    -> {a="1"} 7
          X(a=1,b=2)5 + ignoring(b,c) X(a=1,c=3)2            -> {a="1"} 7
          X(a=1,b=2)5 + on() vector(1)                       -> {} 6
          X(a=1,b=2)5 > on(a) X(a=1,c=3)2                    -> {a="1"} 5
          (X(a=1,b=1)5 or X(a=1,b=2)6) / on(a) group_left() X(a=1)2       -> {a="1", b="1"} 2.5; {a="1", b="2"} 3
          X(a=1)2 - on(a) group_right() (X(a=1,b=1)5 or X(a=1,b=2)6)      -> {a="1", b="1"} -3; {a="1", b="2"} -4
          X(a=1)9 > on(a) group_right() (X(a=1,b=1)5 or X(a=1,b=2)6)      -> {a="1", b="1"} 9; {a="1", b="2"} 9
          X(a=1,b=1)5 * on(a) group_left(c) X(a=1,c=3)2                 -> {a="1", b="1", c="3"} 10
          X(a=1,c=1)5 * on(a) group_left(c) X(a=1)2                     -> {a="1"} 10
          (X(a=1)5 or X(a=2)6) and X(a=2)0                   -> {a="2"} 6
          (X(a=1)5 or X(a=2)6) unless X(a=2)0                -> {a="1"} 5
          X(a=1,b=1)5 and on(a) X(a=1,c=2)0                  -> {a="1", b="1"} 5
          X(a=1)5 or X(a=1)6                                 -> {a="1"} 5
          X(a=1,b=1)5 or on(a) X(a=1,b=2)6                   -> {a="1", b="1"} 5
          X(a=1,b=1)5 or on(b) X(a=1,b=2)6                   -> {a="1", b="1"} 5; {a="1", b="2"} 6
          sum(X(a=1)5 or X(a=2)6)                            -> {} 11
          sum by (b) (X(a=1,b=1)5 or X(a=2,b=1)6 or X(a=3)7) -> {} 7; {b="1"} 11
          sum without (a) (X(a=1,b=1)5 or X(a=2,b=1)6)       -> {b="1"} 11
          avg(X(a=1)5 or X(a=2)6)                            -> {} 5.5
          min(X(a=1)5 or X(a=2)6)                            -> {} 5
          max(X(a=1)5 or X(a=2)6)                            -> {} 6
          max((X(a=1)5 / 0) or X(a=2)6)                      -> {} 6
          min((X(a=1)5 / 0) or (X(a=2)6 / 0))                -> {} NaN
          count(X(a=1)5 or X(a=2)6)                          -> {} 2
          stdvar(X(a=1)2 or X(a=2)4)                         -> {} 1
          stddev(X(a=1)2 or X(a=2)4)                         -> {} 1
          topk(1, X(a=1)5 or X(a=2)6)                        -> {a="2"} 6
          topk(2, (X(a=1)5 / 0) or X(a=2)6 or X(a=3)1)       -> {a="2"} 6; {a="3"} 1
          topk(9, X(a=2)5 or X(a=1)6)                        -> {a="1"} 6; {a="2"} 5
          bottomk(1, X(a=1)5 or X(a=2)6)                     -> {a="1"} 5
          topk by (b) (1, X(a=1,b=1)5 or X(a=2,b=1)6 or X(a=3,b=2)1)    -> {a="2", b="1"} 6; {a="3", b="2"} 1
          sort(X(a=1)5 or X(a=2)3 or X(a=3)4)                -> {a="2"} 3; {a="3"} 4; {a="1"} 5
          sort_desc(X(a=1)5 or X(a=2)3 or X(a=3)4)           -> {a="1"} 5; {a="3"} 4; {a="2"} 3
          label_replace(X(a=xy)1, "b", "$2$1", "a", "(.)(.)")           -> {a="xy", b="yx"} 1
          label_replace(X(a=xy)1, "b", "${n}!", "a", "(?P<n>.).*")      -> {a="xy", b="x!"} 1
          label_replace(X(a=xy)1, "b", "$1_z", "a", "(.*)")             -> {a="xy"} 1
          label_replace(X(a=xy)1, "b", "$$-$", "a", ".*")               -> {a="xy", b="$-$"} 1
          label_replace(X(a=xy)1, "a", "", "a", "x.")                   -> {} 1
          label_replace(X(a=xy)1, "b", "z", "a", "x")                   -> {a="xy"} 1
          label_replace(X(a=xy)1, "b", "$9${none}", "a", ".*")          -> {a="xy"} 1
          1 + 2 * 3                                          -> 7
          vector(1) or vector(2)                             -> {} 1
          """)
  void expression_onLiteralVectors_evaluates(String query, String expected) {
    assertThat(evaluate(query)).isEqualTo(expected);
  }

  @Test
  void labelReplace_seriesOfDifferentStepsGetSameLabels_becomeOne() {
    long second = 1_000_000_000L;
    MemorySource source =
        MemorySource.ofBlocks(1)
            .add(Labels.of("app", "x", "pod", "1"), second, "a")
            .add(Labels.of("app", "x", "pod", "2"), 3 * second, "b");
    String query =
        "label_replace(count_over_time({app=\"x\"}[1s]), \"pod\", \"\", \"pod\", \".*\")";
    QueryRequest request =
        new QueryRequest(Parser.parse(query), second, 3 * second, second, 0, 100, false, false);

    QueryResult result =
        engine.execute(request, source, new QueryStatistics(), Cancellation.none());

    assertThat(ResultText.rows(result)).hasSize(1);
    assertThat(((QueryResult.Matrix) result).series().getFirst().timestampsMillis())
        .containsExactly(1000, 3000);
  }

  @Test
  void labelReplace_sameLabelsMetAtOneStep_areJoinedWhereTheyStillCanBe() {
    long second = 1_000_000_000L;
    MemorySource source =
        MemorySource.ofBlocks(1)
            .add(Labels.of("app", "x", "pod", "1"), second, "a")
            .add(Labels.of("app", "x", "pod", "1"), 2 * second, "a")
            .add(Labels.of("app", "x", "pod", "2"), 2 * second, "bb")
            .add(Labels.of("app", "x", "pod", "2"), 3 * second, "b");
    // At the second step both have a sample; the larger one is left.
    String query =
        "topk(1, label_replace(bytes_over_time({app=\"x\"}[1s]), \"pod\", \"\", \"pod\", \".*\"))";
    QueryRequest request =
        new QueryRequest(Parser.parse(query), second, 3 * second, second, 0, 100, false, false);

    QueryResult result =
        engine.execute(request, source, new QueryStatistics(), Cancellation.none());

    assertThat(ResultText.rows(result)).containsExactly("{app=\"x\"} 1000:1.0 2000:2.0 3000:1.0");
  }

  @Test
  void matching_manyToManyOrImplicit_isRefused() {
    assertThatThrownBy(() -> evaluate("X(a=1)5 + on(a) (X(a=1,b=1)1 or X(a=1,b=2)2)"))
        .isInstanceOfSatisfying(QueryException.class, e -> assertThat(e.status()).isEqualTo(500))
        .hasMessage(
            "found duplicate series on the right hand-side;many-to-many matching not allowed:"
                + " matching labels must be unique on one side");
    assertThatThrownBy(() ->
            evaluate(
                "(X(a=1,b=1)1 or X(a=1,b=2)2) + on(a) group_right()"
                    + " (X(a=1,b=1)1 or X(a=1,b=2)2)"))
        .hasMessageStartingWith("found duplicate series on the left hand-side");
    assertThatThrownBy(() -> evaluate("(X(a=1,b=1)1 or X(a=1,b=2)2) + on(a) X(a=1)5"))
        .hasMessage(
            "multiple matches for labels: many-to-one matching must be explicit"
                + " (group_left/group_right)");
    assertThatThrownBy(
            () -> evaluate("(X(a=1,b=1)1 or X(a=1,b=2)2) + on(a) group_left(b) X(a=1,b=3)5"))
        .hasMessage("multiple matches for labels: grouping labels must ensure unique matches");
  }

  @Test
  void topk_ofEqualValues_keepsTheFirstByLabels() {
    assertThat(evaluate("topk(1, X(a=1)5 or X(a=2)5)")).isEqualTo("{a=\"1\"} 5");
  }
}
