package io.skald.tests.oracle;

import io.skald.common.model.Labels;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.MetricExpr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Answers queries slowly. */
final class Oracle {
  /** Entries sorted by time, then by the text of their stream, then by arrival; none twice. */
  private final List<PlainEntry> entries;

  /** One entry of an answer. */
  record Row(long timestampNanos, Map<String, String> labels, String line) {}

  Oracle(List<PlainEntry> pushed) {
    Set<Object> seen = new HashSet<>();
    this.entries =
        pushed.stream()
            .filter(entry ->
                seen.add(
                    List.of(
                        entry.stream(), entry.timestampNanos(), entry.line(), entry.metadata())))
            .sorted(
                Comparator.comparingLong(PlainEntry::timestampNanos)
                    .thenComparing(entry -> Labels.of(entry.stream()).toString())
                    .thenComparingInt(PlainEntry::sequence))
            .toList();
  }

  /** Returns the entries of a log query in the order of the answer, over all streams. */
  List<Row> log(LogExpr log, QueryRequest request) {
    List<PlainEntry> ordered = new ArrayList<>(entries);
    if (!request.forward()) {
      ordered.sort(
          Comparator.comparingLong(PlainEntry::timestampNanos)
              .reversed()
              .thenComparing(entry -> Labels.of(entry.stream()).toString())
              .thenComparing(Comparator.comparingInt(PlainEntry::sequence).reversed()));
    }
    PlainPipeline pipeline = new PlainPipeline(log.stages());
    List<Row> rows = new ArrayList<>();
    Set<Row> distinct = new HashSet<>();
    long last = request.forward() ? Long.MIN_VALUE / 2 : Long.MAX_VALUE / 2;
    for (PlainEntry entry : ordered) {
      long at = entry.timestampNanos();
      if (rows.size() == request.limit()
          || at < request.startNanos()
          || at >= request.endNanos()
          || !PlainMetrics.selects(log, entry)) {
        continue;
      }
      Optional<LineState> state = pipeline.run(entry);
      if (state.isEmpty()) {
        continue;
      }
      Row row = new Row(at, state.get().labels(), state.get().line);
      boolean near =
          !rows.isEmpty()
              && request.intervalNanos() > 0
              && Math.abs(at - last) < request.intervalNanos();
      if (near) {
        continue;
      }
      // Rows that an answer cannot tell apart collapse (register, 8).
      if (distinct.add(row)) {
        rows.add(row);
        last = at;
      } else if (state.get().hasDetails) {
        throw new UndecidedException("the details of the errors may differ");
      }
    }
    return rows;
  }

  /** Returns the samples of each series by time in milliseconds; "" is the series of a scalar. */
  Map<Map<String, String>, TreeMap<Long, Double>> metric(MetricExpr metric, QueryRequest request) {
    PlainMetrics metrics = new PlainMetrics(entries);
    Map<Map<String, String>, TreeMap<Long, Double>> result = new java.util.HashMap<>();
    long step = request.isInstant() ? 1 : request.stepNanos();
    for (long time = request.startNanos(); time <= request.endNanos(); time += step) {
      Set<Map<String, String>> seen = new HashSet<>();
      for (PlainMetrics.Series series : PlainMetrics.vector(metrics.evaluate(metric, time))) {
        if (!seen.add(series.labels())) {
          throw new UndecidedException("two series with the same labels");
        }
        result
            .computeIfAbsent(series.labels(), _ -> new TreeMap<>())
            .put(time / 1_000_000, series.value());
      }
    }
    return result;
  }
}
