package io.skald.logql.engine;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Prints results exactly, for comparison: one row per stream, series or sample. */
final class ResultText {
  private ResultText() {}

  static List<String> rows(QueryResult result) {
    List<String> rows = new ArrayList<>();
    switch (result) {
      case QueryResult.Scalar(long timestamp, double value) -> rows.add(timestamp + ":" + value);
      case QueryResult.Vector(List<QueryResult.Sample> samples) ->
          samples.forEach(s -> rows.add(s.labels() + " " + s.timestampMillis() + ":" + s.value()));
      case QueryResult.Matrix(List<QueryResult.Series> all) -> {
        for (QueryResult.Series series : all) {
          StringBuilder row = new StringBuilder(series.labels().toString());
          for (int i = 0; i < series.values().length; i++) {
            row.append(' ').append(series.timestampsMillis()[i]).append(':');
            row.append(series.values()[i]);
          }
          rows.add(row.toString());
        }
      }
      case QueryResult.Streams(List<QueryResult.Stream> streams) -> {
        for (QueryResult.Stream stream : streams) {
          stream.entries().forEach(entry -> rows.add(stream.labels() + " " + text(entry)));
        }
      }
    }
    return rows;
  }

  static String text(QueryResult.Entry entry) {
    return entry.timestampNanos()
        + " "
        + new String(entry.line(), StandardCharsets.UTF_8)
        + " "
        + entry.structuredMetadata()
        + entry.parsed();
  }
}
