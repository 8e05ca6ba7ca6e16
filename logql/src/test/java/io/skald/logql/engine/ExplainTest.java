package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.skald.common.block.BlockView;
import io.skald.common.block.LogSource;
import io.skald.common.block.StreamBlocks;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExplainTest {
  private static final long SECOND = RandomEntries.SECOND;
  private static final String STAGES =
      " |= \"k=\" != \"error\" | logfmt | k=\"a\" | line_format `x`";

  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);

  private static QueryRequest request(String query) {
    var expression = Parser.parse(query);
    boolean log = expression instanceof LogExpr;
    return new QueryRequest(
        expression, 0, 10_000 * SECOND, log ? 0 : 10_000 * SECOND, 0, 5000, true, false);
  }

  private static PlanNode analyzed(QueryEngine engine, String query, LogSource source) {
    return engine.analyze(
        request(query),
        source,
        new QueryStatistics(),
        Cancellation.none(),
        new QueryProfile(System::nanoTime));
  }

  private static Stream<PlanNode> all(PlanNode node) {
    return Stream.concat(Stream.of(node), node.inputs().stream().flatMap(ExplainTest::all));
  }

  private static PlanNode find(PlanNode plan, String operator) {
    return all(plan)
        .filter(node -> node.operator().endsWith(operator))
        .findFirst()
        .orElseThrow(() -> new AssertionError(operator + " is not in\n" + plan.text()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{app=~\".+\"}" + STAGES,
        "count_over_time({app=~\".+\"}" + STAGES + " [3h])",
        "max_over_time({app=~\".+\"}" + STAGES + " | unwrap v [3h])",
      })
  void analyze_stages_countsWhatALineByLineRunDoes(String query) {
    MemorySource source = new RandomEntries(7, 500).source(() -> 40);
    List<String> lines =
        source.streams().values().stream()
            .flatMap(entries -> entries.stream().map(MemorySource.Arrival::line))
            .toList();
    Predicate<String> key = line -> line.contains("k=");
    Predicate<String> noError = line -> !line.contains("error");
    Predicate<String> isA = line -> line.matches("(?s)(.* )?k=a( .*)?");
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      for (QueryEngine one :
          List.of(engine, new QueryEngine(EngineLimits.defaults(), executor, 4))) {
        PlanNode plan = analyzed(one, query, source);

        assertCounts(plan, "|= \"k=\"", lines, key);
        List<String> left = lines.stream().filter(key).toList();
        assertCounts(plan, "!= \"error\"", left, noError);
        left = left.stream().filter(noError).toList();
        assertCounts(plan, "| logfmt", left, _ -> true);
        assertCounts(plan, "| k=\"a\"", left, isA);
        assertCounts(plan, "| line_format \"x\"", left.stream().filter(isA).toList(), _ -> true);
      }
    }
  }

  private static void assertCounts(
      PlanNode plan, String stage, List<String> in, Predicate<String> passes) {
    assertThat(find(plan, stage).details())
        .as(stage)
        .contains(
            entry("lines in", (long) in.size()),
            entry("lines out", in.stream().filter(passes).count()));
  }

  @Test
  void analyze_answerAndStatistics_areThoseOfTheQuery() {
    MemorySource source = new RandomEntries(3, 300).source(() -> 20);
    QueryStatistics plain = new QueryStatistics();
    QueryStatistics profiled = new QueryStatistics();
    QueryRequest request = request("sum by (k) (count_over_time({app=~\".+\"} | logfmt [1h]))");

    engine.execute(request, source, plain, Cancellation.none());
    PlanNode plan =
        engine.analyze(
            request, source, profiled, Cancellation.none(), new QueryProfile(System::nanoTime));

    assertThat(profiled.postFilterLines.sum()).isEqualTo(plain.postFilterLines.sum()).isPositive();
    assertThat((Long) plan.details().get("peak memory bytes")).isPositive();
  }

  @Test
  void analyze_blocksThatAFilterRulesOut_areOnItsAccount() {
    MemorySource entries = new RandomEntries(3, 300).source(() -> 20);
    LogSource without =
        (matchers, from, through, room) ->
            entries.select(matchers, from, through, room).stream()
                .map(
                    s -> new StreamBlocks(s.labels(), s.blocks().stream().map(this::bare).toList()))
                .toList();

    PlanNode plan = analyzed(engine, "{app=~\".+\"} |= \"k=\" |= \"needle\"", without);

    PlanNode select = find(plan, "select {app=~\".+\"}");
    PlanNode needle = find(plan, "|= \"needle\"");
    assertThat(needle.details())
        .contains(
            entry("blocks skipped", select.details().get("blocks")),
            entry("bytes skipped", select.details().get("bytes")),
            entry("lines in", 0L));
    assertThat(find(plan, "|= \"k=\"").details()).contains(entry("blocks skipped", 0L));
  }

  /** A block whose filter holds nothing, and whose lines must not be read. */
  private BlockView bare(BlockView block) {
    return (BlockView)
        Proxy.newProxyInstance(
            BlockView.class.getClassLoader(),
            new Class<?>[] {BlockView.class},
            (_, method, arguments) ->
                switch (method.getName()) {
                  case "mayContain" -> false;
                  case "lines" -> throw new AssertionError("lines were read");
                  default -> method.invoke(block, arguments);
                });
  }

  @Test
  void explain_plan_tellsOrderAndExtractedLabelsAndReadsNothing() {
    PlanNode plan =
        engine.explain(
            request(
                "topk(2, sum by (k) (count_over_time({a=\"b\"} | json |= \"x\" | v > 3 [5m])))"));

    assertThat(plan.text().lines().skip(1))
        .containsExactly(
            "  topk: k = 2, groups = one",
            "    sum of count_over_time: window = 5m0s, series = by [k],"
                + " reads = lines of blocks that may match",
            "      by line | v>3",
            "        by line | json: extracts = [k, v]",
            "          over blocks |= \"x\"",
            "            select {a=\"b\"}");
    assertThat(engine.explain(request("sum(count_over_time({a=\"b\"} | json [5m]))")).text())
        .contains("left out, nothing depends on it: | json")
        .contains("reads = footers, timestamps");
  }
}
