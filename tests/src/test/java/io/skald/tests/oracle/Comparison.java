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
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.MetricExpr;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** One query answered by the oracle and by the engine. */
final class Comparison {
  private static final EngineLimits LIMITS = EngineLimits.defaults().withMaxSeries(0);
  private static final double RELATIVE = 1e-7;

  /** Both agree; the reference leaves it open; or they differ, and how. */
  sealed interface Outcome {
    record Same() implements Outcome {}

    record Undecided() implements Outcome {}

    record Different(String how) implements Outcome {}
  }

  private Comparison() {}

  static Outcome compare(
      QueryRequest request, Oracle oracle, QueryEngine engine, LogSource source) {
    Object expected;
    try {
      expected = expected(request, oracle);
    } catch (UndecidedException _) {
      return new Outcome.Undecided();
    }
    Object actual = actual(request, engine, source);
    return same(expected, actual)
        ? new Outcome.Same()
        : new Outcome.Different("oracle: " + expected + "\nengine: " + actual);
  }

  private static Object expected(QueryRequest request, Oracle oracle) {
    try {
      return request.expression() instanceof LogExpr log
          ? text(oracle.log(log, request))
          : oracle.metric((MetricExpr) request.expression(), request);
    } catch (QueryFailedException _) {
      return "failed";
    }
  }

  /** Entries by the labels they are grouped by, each with time and line. */
  private static Map<Map<String, String>, List<String>> text(List<Oracle.Row> rows) {
    Map<Map<String, String>, List<String>> streams = new HashMap<>();
    for (Oracle.Row row : rows) {
      streams
          .computeIfAbsent(row.labels(), _ -> new ArrayList<>())
          .add(row.timestampNanos() + " " + row.line());
    }
    streams.values().forEach(Collections::sort);
    return streams;
  }

  private static Object actual(QueryRequest request, QueryEngine engine, LogSource source) {
    QueryResult result;
    try {
      result = engine.execute(request, source, LIMITS, new QueryStatistics(), Cancellation.none());
    } catch (QueryException _) {
      return "failed";
    }
    return switch (result) {
      case QueryResult.Streams(List<QueryResult.Stream> streams) -> {
        Map<Map<String, String>, List<String>> text = new HashMap<>();
        for (QueryResult.Stream stream : streams) {
          List<String> lines = text.computeIfAbsent(plain(stream.labels()), _ -> new ArrayList<>());
          checkOrder(stream.entries(), request.forward());
          for (QueryResult.Entry entry : stream.entries()) {
            lines.add(
                entry.timestampNanos() + " " + new String(entry.line(), StandardCharsets.UTF_8));
          }
        }
        // Streams that differ in the details of an error have become one.
        text.values().forEach(Collections::sort);
        yield text;
      }
      case QueryResult.Matrix(List<QueryResult.Series> series) -> {
        Map<Map<String, String>, TreeMap<Long, Double>> all = new HashMap<>();
        for (QueryResult.Series one : series) {
          TreeMap<Long, Double> samples = new TreeMap<>();
          for (int i = 0; i < one.values().length; i++) {
            samples.put(one.timestampsMillis()[i], one.values()[i]);
          }
          all.put(plain(one.labels()), samples);
        }
        yield all;
      }
      case QueryResult.Vector(List<QueryResult.Sample> samples) -> {
        Map<Map<String, String>, TreeMap<Long, Double>> all = new HashMap<>();
        for (QueryResult.Sample sample : samples) {
          all.put(
              plain(sample.labels()),
              new TreeMap<>(Map.of(sample.timestampMillis(), sample.value())));
        }
        yield all;
      }
      case QueryResult.Scalar(long time, double value) ->
          Map.of(Map.of(), new TreeMap<>(Map.of(time, value)));
    };
  }

  private static void checkOrder(List<QueryResult.Entry> entries, boolean forward) {
    for (int i = 1; i < entries.size(); i++) {
      long step = entries.get(i).timestampNanos() - entries.get(i - 1).timestampNanos();
      if (forward ? step < 0 : step > 0) {
        throw new IllegalStateException("entries out of order: " + entries);
      }
    }
  }

  /** The details of an error are free text: the reference does not give them all. */
  private static Map<String, String> plain(Labels labels) {
    Map<String, String> plain = new TreeMap<>();
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.name(i).equals(LineState.DETAILS)) {
        plain.put(labels.name(i), labels.value(i));
      }
    }
    return plain;
  }

  private static boolean same(Object expected, Object actual) {
    if (!(expected instanceof Map<?, ?> left) || !(actual instanceof Map<?, ?> right)) {
      return expected.equals(actual);
    }
    if (!left.keySet().equals(right.keySet())) {
      return false;
    }
    return left.entrySet().stream()
        .allMatch(entry ->
            sameValue(entry.getValue(), Objects.requireNonNull(right.get(entry.getKey()))));
  }

  private static boolean sameValue(Object expected, Object actual) {
    return switch (expected) {
      case TreeMap<?, ?> samples -> same(samples, actual);
      case Double number -> near(number, (Double) actual);
      default -> expected.equals(actual);
    };
  }

  private static boolean near(double a, double b) {
    return Double.compare(a, b) == 0
        || Math.abs(a - b) <= RELATIVE * Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
  }
}
