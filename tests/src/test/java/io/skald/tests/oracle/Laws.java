package io.skald.tests.oracle;

import io.skald.common.block.LogSource;
import io.skald.common.model.Labels;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.EngineLimits;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.Parser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** What must hold between answers of the engine, whatever the right answer is. */
final class Laws {
  private static final String ALL = "{job=\"t\"}";
  private static final String WINDOW = " [20m]";
  private static final long START = RandomData.START - RandomData.SECOND;
  private static final long END = RandomData.START + 1200 * RandomData.SECOND;
  private static final int PAGE = 40;

  /** Points of a range query; enough for windows to overlap and to lie apart. */
  private static final int STEPS = 12;

  private static final long STEP = 100 * RandomData.SECOND;

  private final QueryEngine engine;
  private final QueryEngine alone = new QueryEngine(EngineLimits.defaults(), Runnable::run, 1);
  private int checked;

  Laws(QueryEngine engine) {
    this.engine = engine;
  }

  /**
   * @param other the same entries, cut in another way, or flushed at other times
   * @return how many comparisons were made
   * @throws AssertionError naming the law that is broken
   */
  int check(LogSource source, LogSource other, SplittableRandom random) {
    RandomQueries queries = new RandomQueries(random);
    String test = queries.lineTest();
    matchingAndNotMatchingAddUp(source, "|= \"", "!= \"", test);
    matchingAndNotMatchingAddUp(source, "|~ \"(?i)", "!~ \"(?i)", test);
    partsAddUp(source);
    rateTimesRangeIsCount(source, test);
    for (int i = 0; i < 3; i++) {
      String query = queries.log();
      if (!query.contains("__error") && !query.contains("--strict")) {
        // Between streams that a stage makes one, the order at equal times is left open.
        if (!query.matches("(?s).*\\| (keep|drop|label_format).*")) {
          forwardIsBackwardReversed(source, query);
        }
        pagesAreTheWhole(source, query);
      }
      equal("cuts and threads: " + query, log(engine, source, query), log(alone, other, query));
      metricIsAFunctionOfTheData(source, other, queries.metric(random.nextInt(4)), random);
    }
    return checked;
  }

  private void matchingAndNotMatchingAddUp(
      LogSource source, String with, String without, String test) {
    double all = number(source, "count_over_time(" + ALL + WINDOW + ")");
    double parts =
        number(source, "count_over_time(" + ALL + with + test + "\"" + WINDOW + ")")
            + number(source, "count_over_time(" + ALL + without + test + "\"" + WINDOW + ")");
    equal("lines with and without " + with + test, all, parts);
  }

  private void partsAddUp(LogSource source) {
    for (String function : List.of("count_over_time", "bytes_over_time")) {
      String range = function + "(" + ALL + " | logfmt" + WINDOW + ")";
      equal(
          "parts of " + range,
          number(source, function + "(" + ALL + WINDOW + ")"),
          number(source, "sum by (app, level) (" + range + ")"));
    }
  }

  private void rateTimesRangeIsCount(LogSource source, String test) {
    String range = "(" + ALL + " |= \"" + test + "\"" + WINDOW + ")";
    double rate = number(source, "rate" + range);
    double count = number(source, "count_over_time" + range);
    equal("rate times range is count " + range, Math.rint(rate * 1200 * 1e6), count * 1e6);
  }

  private void forwardIsBackwardReversed(LogSource source, String query) {
    List<QueryResult.Stream> forward = streams(engine, source, query, 10_000, true, START, END);
    List<QueryResult.Stream> backward = streams(engine, source, query, 10_000, false, START, END);
    equal("streams both ways: " + query, labels(forward), labels(backward));
    for (int i = 0; i < forward.size(); i++) {
      List<String> reversed = lines(backward.get(i));
      Collections.reverse(reversed);
      equal("both ways: " + query, lines(forward.get(i)), reversed);
    }
  }

  /** Page by page as logcli does: the next one begins at the last time of the one before. */
  private void pagesAreTheWhole(LogSource source, String query) {
    Set<String> whole = rows(streams(engine, source, query, 10_000, true, START, END));
    Set<String> joined = new LinkedHashSet<>();
    long from = START;
    while (true) {
      List<QueryResult.Stream> page = streams(engine, source, query, PAGE, true, from, END);
      joined.addAll(rows(page));
      long count = page.stream().mapToLong(stream -> stream.entries().size()).sum();
      long last =
          page.stream()
              .flatMap(stream -> stream.entries().stream())
              .mapToLong(QueryResult.Entry::timestampNanos)
              .max()
              .orElse(from);
      if (count < PAGE) {
        break;
      }
      if (last == from) {
        return; // more entries at one time than fit on a page: the client gives up there
      }
      from = last;
    }
    equal("pages: " + query, whole, joined);
  }

  /**
   * The samples of a metric query are the same however many threads read however many blocks, in
   * one range, in ranges that are joined, and one step at a time.
   */
  private void metricIsAFunctionOfTheData(
      LogSource source, LogSource other, String query, SplittableRandom random) {
    long last = START + STEPS * STEP;
    List<String> whole;
    try {
      whole = samples(engine, source, query, START, last);
    } catch (QueryException _) {
      return; // of several errors any may be met first, and a part may have none
    }
    equal("cuts and threads: " + query, whole, samples(alone, other, query, START, last));
    long split = START + random.nextInt(STEPS) * STEP;
    List<String> joined = new ArrayList<>(samples(engine, source, query, START, split));
    joined.addAll(samples(alone, other, query, split + STEP, last));
    Collections.sort(joined);
    equal("split at " + split + ": " + query, whole, joined);
    String at = "@" + split / 1_000_000 + " ";
    equal(
        "step alone at " + split + ": " + query,
        whole.stream().filter(sample -> sample.startsWith(at)).toList(),
        samples(alone, source, query, split, split));
  }

  /** Returns the samples of a range query, or of an instant one if the range is one point. */
  private static List<String> samples(
      QueryEngine engine, LogSource source, String query, long from, long to) {
    long step = from == to ? 0 : STEP;
    QueryRequest request =
        new QueryRequest(Parser.parse(query), from, to, step, 0, 100, false, false);
    List<String> samples = new ArrayList<>();
    switch (execute(engine, source, request)) {
      case QueryResult.Matrix(List<QueryResult.Series> series) ->
          series.forEach(one -> {
            for (int i = 0; i < one.values().length; i++) {
              samples.add(sample(one.timestampsMillis()[i], one.labels(), one.values()[i]));
            }
          });
      case QueryResult.Vector(List<QueryResult.Sample> vector) ->
          vector.forEach(
              one -> samples.add(sample(one.timestampMillis(), one.labels(), one.value())));
      case QueryResult.Scalar(long time, double value) ->
          samples.add(sample(time, Labels.EMPTY, value));
      case QueryResult.Streams _ -> throw new IllegalArgumentException("no metric: " + query);
    }
    Collections.sort(samples);
    return samples;
  }

  private static String sample(long timeMillis, Labels labels, double value) {
    return "@" + timeMillis + " " + labels + " " + value;
  }

  private static Set<String> rows(List<QueryResult.Stream> streams) {
    Set<String> rows = new java.util.TreeSet<>();
    for (QueryResult.Stream stream : streams) {
      lines(stream).forEach(line -> rows.add(stream.labels() + " " + line));
    }
    return rows;
  }

  private static List<String> labels(List<QueryResult.Stream> streams) {
    return streams.stream().map(stream -> stream.labels().toString()).toList();
  }

  private static List<String> lines(QueryResult.Stream stream) {
    List<String> lines = new ArrayList<>();
    for (QueryResult.Entry entry : stream.entries()) {
      lines.add(entry.timestampNanos() + " " + new String(entry.line(), StandardCharsets.UTF_8));
    }
    return lines;
  }

  private static Set<String> log(QueryEngine engine, LogSource source, String query) {
    return rows(streams(engine, source, query, 30, false, START, END));
  }

  private static List<QueryResult.Stream> streams(
      QueryEngine engine,
      LogSource source,
      String query,
      int limit,
      boolean forward,
      long from,
      long to) {
    QueryRequest request =
        new QueryRequest(Parser.parse(query), from, to, 0, 0, limit, forward, false);
    return ((QueryResult.Streams) execute(engine, source, request)).streams();
  }

  /** Returns the sum over all series of an instant query. */
  private double number(LogSource source, String metric) {
    QueryRequest request =
        new QueryRequest(Parser.parse("sum(" + metric + ")"), END, END, 0, 0, 100, false, false);
    List<QueryResult.Sample> samples =
        ((QueryResult.Vector) execute(engine, source, request)).samples();
    return samples.isEmpty() ? 0 : samples.getFirst().value();
  }

  private static QueryResult execute(QueryEngine engine, LogSource source, QueryRequest request) {
    return engine.execute(
        request,
        source,
        EngineLimits.defaults().withMaxSeries(0),
        new QueryStatistics(),
        Cancellation.none());
  }

  /** Returns both texts from a little before the place where they part. */
  private static String difference(String left, String right) {
    int at = Arrays.mismatch(left.toCharArray(), right.toCharArray());
    int from = Math.max(0, at - 200);
    return left.substring(from, Math.min(left.length(), at + 200))
        + "\n"
        + right.substring(from, Math.min(right.length(), at + 200));
  }

  private void equal(String law, Object left, Object right) {
    checked++;
    if (!left.equals(right)) {
      throw new AssertionError(law + "\n" + difference(left.toString(), right.toString()));
    }
  }
}
