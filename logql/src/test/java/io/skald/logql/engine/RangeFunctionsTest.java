package io.skald.logql.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.skald.common.model.Labels;
import io.skald.logql.syntax.Parser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine against {@link ReferenceEvaluator} on random entries, windows, steps and offsets. */
class RangeFunctionsTest {
  private static final long SECOND = RandomEntries.SECOND;
  private static final int ROUNDS = 60;

  private final QueryEngine engine = new QueryEngine(EngineLimits.defaults(), Runnable::run, 2);

  @ParameterizedTest
  @CsvSource(
      delimiterString = "->",
      textBlock =
          """
          count_over_time    -> sum by (k) (count_over_time({app=~".+"} | logfmt [R] O))
          rate               -> sum by (k) (rate({app=~".+"} | logfmt [R] O))
          bytes_over_time    -> sum by (k) (bytes_over_time({app=~".+"} | logfmt [R] O))
          bytes_rate         -> sum by (k) (bytes_rate({app=~".+"} | logfmt [R] O))
          count_over_time    -> count_over_time({app=~".+"} | logfmt | keep k [R] O)
          bytes_rate         -> bytes_rate({app=~".+"} |= "k=" | logfmt | keep k [R] O)
          sum_over_time      -> sum by (k) (sum_over_time({app=~".+"} | logfmt | unwrap v [R] O))
          sum_over_time      -> sum_over_time({app=~".+"} | logfmt | keep k, v | unwrap v [R] O)
          avg_over_time      -> avg_over_time({app=~".+"} | logfmt | keep k, v | unwrap v [R] O)
          min_over_time      -> min_over_time({app=~".+"} | logfmt | unwrap v [R] O) by (k)
          max_over_time      -> max_over_time({app=~".+"} | logfmt | unwrap v [R] O) by (k)
          max_over_time      -> max by (k) (max_over_time({app=~".+"} | logfmt | unwrap v [R] O))
          first_over_time    -> first_over_time({app=~".+"} | logfmt | unwrap v [R] O) by (k)
          last_over_time     -> last_over_time({app=~".+"} | logfmt | unwrap v [R] O) by (k)
          stdvar_over_time   -> stdvar_over_time({app=~".+"} | logfmt | unwrap v [R] O) by (k)
          stddev_over_time   -> stddev_over_time({app=~".+"} | logfmt | unwrap v [R] O) by (k)
          quantile_over_time -> quantile_over_time(0.75, {app=~".+"} | logfmt | unwrap v [R] O) by (k)
          """)
  void function_onRandomEntries_equalsTheDefinition(String function, String template) {
    for (long seed = 1; seed <= ROUNDS; seed++) {
      Random random = new Random(seed);
      int range = 1 + random.nextInt(60);
      int offset = random.nextInt(3) == 0 ? random.nextInt(40) - 20 : 0;
      long step = (1 + random.nextInt(40)) * SECOND;
      MemorySource source = new MemorySource(() -> 1 + random.nextInt(40));
      ReferenceEvaluator reference =
          new ReferenceEvaluator(fill(source, random), range * SECOND, offset * SECOND);
      String query =
          template
              .replace("[R]", "[" + range + "s]")
              .replace(" O", offset == 0 ? "" : " offset " + offset + "s");
      QueryRequest request =
          new QueryRequest(Parser.parse(query), 0, 250 * SECOND, step, 0, 1, true, false);

      QueryResult result =
          engine.execute(request, source, new QueryStatistics(), Cancellation.none());

      TreeMap<Long, TreeMap<String, Double>> actual = byTime(result);
      for (long time = 0; time <= 250 * SECOND; time += step) {
        String situation = "seed %d: %s at %d".formatted(seed, query, time / SECOND);
        TreeMap<String, Double> expected = reference.evaluate(function, time);
        TreeMap<String, Double> found = actual.getOrDefault(time, new TreeMap<>());
        assertThat(found.keySet()).as(situation).isEqualTo(expected.keySet());
        expected.forEach((group, value) ->
            assertThat(found.get(group))
                .as(situation)
                .isCloseTo(value, within(1e-9 * Math.max(1, Math.abs(value)))));
      }
    }
  }

  /** Adds random entries and returns them as the reference wants them. */
  private static List<ReferenceEvaluator.Entry> fill(MemorySource source, Random random) {
    record Numbered(int stream, int arrival, ReferenceEvaluator.Entry entry) {}
    List<Numbered> entries = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      int stream = random.nextInt(3);
      long timestamp = Math.max(0, i * 220L / 150 - random.nextInt(30)) * SECOND;
      String group = "" + (char) ('a' + random.nextInt(2));
      Double value = random.nextInt(6) == 0 ? null : random.nextInt(4000) / 16.0 - 100;
      String line = "n=" + i + " k=" + group + (value == null ? "" : " v=" + value);
      source.add(Labels.of("app", "s" + stream), timestamp, line);
      int bytes = line.getBytes(StandardCharsets.UTF_8).length;
      entries.add(
          new Numbered(stream, i, new ReferenceEvaluator.Entry(timestamp, group, bytes, value)));
    }
    return entries.stream()
        .sorted(
            Comparator.comparingLong((Numbered n) -> n.entry().timestampNanos())
                .thenComparingInt(Numbered::stream)
                .thenComparingInt(Numbered::arrival))
        .map(Numbered::entry)
        .toList();
  }

  private static TreeMap<Long, TreeMap<String, Double>> byTime(QueryResult result) {
    TreeMap<Long, TreeMap<String, Double>> byTime = new TreeMap<>();
    if (result instanceof QueryResult.Matrix(List<QueryResult.Series> all)) {
      for (QueryResult.Series series : all) {
        for (int i = 0; i < series.values().length; i++) {
          byTime
              .computeIfAbsent(series.timestampsMillis()[i] * 1_000_000, _ -> new TreeMap<>())
              .put(series.labels().getOrEmpty("k"), series.values()[i]);
        }
      }
    }
    return byTime;
  }
}
