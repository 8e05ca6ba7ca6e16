package io.skald.tests.oracle;

import io.skald.common.block.LogSource;
import io.skald.logql.engine.Cancellation;
import io.skald.logql.engine.QueryEngine;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryFleet;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.engine.QueryStatistics;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import io.skald.tests.oracle.Comparison.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** All that one seed stands for: data, its cuts, and some queries. */
final class Round {
  static final int QUERIES = 12;

  private final long seed;
  private final QueryEngine engine;
  int same;
  int undecided;
  int pieces;

  Round(long seed, QueryEngine engine) {
    this.seed = seed;
    this.engine = engine;
  }

  /**
   * Compares over hand-cut blocks.
   *
   * @throws AssertionError with the smallest data found that still shows the difference
   */
  void run() {
    SplittableRandom random = new SplittableRandom(seed);
    List<PlainEntry> entries = data(random);
    long cuts = random.nextLong();
    compareAll(
        random, entries, subset -> new CutSource(subset, new SplittableRandom(cuts)), "cut blocks");
  }

  /** Compares over a real ingester, store and index. */
  void run(Stack stack) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PlainEntry> entries = data(random);
    long flushes = random.nextLong();
    compareAll(
        random,
        entries,
        subset -> stack.source(subset, new SplittableRandom(flushes)),
        "ingester and store");
  }

  /** Compares what is evaluated in pieces with what is evaluated at once, to the last bit. */
  void runPieces() {
    SplittableRandom random = new SplittableRandom(seed);
    LogSource source = new CutSource(data(random), random.split());
    RandomQueries queries = new RandomQueries(random);
    ScatteredFleet fleet = new ScatteredFleet(engine, source, random.split());
    for (int i = 0; i < QUERIES; i++) {
      String text = random.nextBoolean() ? queries.log() : queries.metric(random.nextInt(4));
      QueryRequest request = request(text, random);
      String whole = answer(request, source, null);
      String inPieces = answer(request, source, fleet);
      if (!whole.equals(inPieces)) {
        throw new AssertionError(
            "seed %d, query %s\n%s\nat once:   %s\nin pieces: %s"
                .formatted(seed, text, request, whole, inPieces));
      }
      same++;
    }
    pieces = fleet.pieces;
  }

  private String answer(QueryRequest request, LogSource source, @Nullable QueryFleet fleet) {
    try {
      return text(
          engine.execute(request, source, fleet, new QueryStatistics(), Cancellation.none()));
    } catch (QueryException e) {
      // Which of several failing entries is told of depends on who meets its own first.
      return "failed with " + e.status();
    }
  }

  static String text(QueryResult result) {
    StringBuilder out = new StringBuilder();
    switch (result) {
      case QueryResult.Streams(List<QueryResult.Stream> streams) ->
          streams.forEach(stream -> {
            out.append(stream.labels());
            stream
                .entries()
                .forEach(entry ->
                    out.append(' ')
                        .append(entry.timestampNanos())
                        .append(new String(entry.line(), StandardCharsets.UTF_8))
                        .append(entry.structuredMetadata())
                        .append(entry.parsed()));
          });
      case QueryResult.Matrix(List<QueryResult.Series> all) ->
          all.forEach(series ->
              out.append(series.labels())
                  .append(Arrays.toString(series.timestampsMillis()))
                  .append(Arrays.toString(series.values())));
      case QueryResult.Vector _, QueryResult.Scalar _ -> out.append(result);
    }
    return out.toString();
  }

  /** Checks laws over hand-cut blocks. */
  void runLaws() {
    runLaws(CutSource::new, "cut blocks");
  }

  /** Checks laws over a real ingester, store and index, flushed at two sets of moments. */
  void runLaws(Stack stack) {
    runLaws(stack::source, "ingester and store");
  }

  private void runLaws(
      BiFunction<List<PlainEntry>, SplittableRandom, LogSource> sources, String name) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PlainEntry> entries = data(random);
    try {
      same +=
          new Laws(engine)
              .check(
                  sources.apply(entries, random.split()),
                  sources.apply(entries, random.split()),
                  random);
    } catch (AssertionError e) {
      throw new AssertionError("seed " + seed + ", " + name + ", law broken: " + e.getMessage(), e);
    }
  }

  static List<PlainEntry> data(SplittableRandom random) {
    return new RandomData(random, random.nextInt(3) == 0).entries(1 + random.nextInt(150));
  }

  /**
   * @param sources makes a source of entries
   * @param name of the source, for the message
   */
  void compareAll(
      SplittableRandom random,
      List<PlainEntry> entries,
      Function<List<PlainEntry>, LogSource> sources,
      String name) {
    Oracle oracle = new Oracle(entries);
    LogSource source = sources.apply(entries);
    RandomQueries queries = new RandomQueries(random);
    for (int i = 0; i < QUERIES; i++) {
      String text = random.nextBoolean() ? queries.log() : queries.metric(random.nextInt(4));
      QueryRequest request = request(text, random);
      switch (compare(request, oracle, source)) {
        case Outcome.Same() -> same++;
        case Outcome.Undecided() -> undecided++;
        case Outcome.Different(String how) ->
            throw new AssertionError(
                "seed %d, %s, query %s\n%s\n%s"
                    .formatted(
                        seed, name, text, request, smallest(request, entries, sources, how)));
      }
    }
  }

  private Outcome compare(QueryRequest request, Oracle oracle, LogSource source) {
    try {
      return Comparison.compare(request, oracle, engine, source);
    } catch (RuntimeException e) {
      return new Outcome.Different(
          "exception: " + e + " at " + List.of(e.getStackTrace()).subList(0, 6));
    }
  }

  private static QueryRequest request(String text, SplittableRandom random) {
    Expr expression = Parser.parse(text);
    long second = RandomData.SECOND;
    long start = RandomData.START + random.nextInt(RandomData.SECONDS) / 60 * 60 * second;
    long end = start + (1 + random.nextInt(10)) * 60 * second;
    if (expression instanceof LogExpr) {
      long interval = random.nextInt(6) == 0 ? (1 + random.nextInt(30)) * second : 0;
      int limit = random.nextBoolean() ? 5000 : 1 + random.nextInt(20);
      return new QueryRequest(
          expression, start, end, 0, interval, limit, random.nextBoolean(), false);
    }
    if (random.nextInt(3) == 0) {
      return new QueryRequest(expression, end, end, 0, 0, 100, false, false);
    }
    long step = new int[] {15, 20, 60, 120}[random.nextInt(4)] * second;
    return new QueryRequest(
        expression, start, start + (end - start) / step * step, step, 0, 100, false, false);
  }

  /** Takes entries away as long as the difference stays. */
  private String smallest(
      QueryRequest request,
      List<PlainEntry> entries,
      Function<List<PlainEntry>, LogSource> sources,
      String how) {
    List<PlainEntry> kept = entries;
    String shown = how;
    for (int part = Math.max(1, kept.size() / 2); part > 0; part /= 2) {
      for (int from = 0; from < kept.size(); ) {
        List<PlainEntry> fewer = new ArrayList<>(kept);
        fewer.subList(from, Math.min(kept.size(), from + part)).clear();
        if (!fewer.isEmpty()
            && compare(request, new Oracle(fewer), sources.apply(fewer))
                instanceof Outcome.Different(String still)) {
          kept = fewer;
          shown = still;
        } else {
          from += part;
        }
      }
    }
    StringBuilder out = new StringBuilder(shown);
    kept.forEach(entry -> out.append("\n  ").append(entry));
    return out.toString();
  }
}
