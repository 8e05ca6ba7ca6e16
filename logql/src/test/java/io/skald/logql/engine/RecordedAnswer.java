package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An answer of the conformance corpus.
 *
 * @param data the object under "data"
 * @param tolerance relative, for values that are not whole
 */
record RecordedAnswer(JsonNode data, double tolerance) {
  /** Returns the first difference as text, or null. */
  @Nullable String difference(QueryResult result, boolean categorized, boolean anyOrder) {
    List<Object> expected = rows(data, categorized);
    List<Object> actual = rows(result, categorized);
    if (anyOrder) {
      expected.sort(Comparator.comparing(Object::toString));
      actual.sort(Comparator.comparing(Object::toString));
    }
    String type = data.get("resultType").asString();
    if (!type.equals(type(result))) {
      return "expected " + type + ", got " + type(result);
    }
    for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
      if (!same(expected.get(i), actual.get(i))) {
        return "row " + i + ": expected\n" + expected.get(i) + "\ngot\n" + actual.get(i);
      }
    }
    return expected.size() == actual.size()
        ? null
        : "expected " + expected.size() + " rows, got " + actual.size();
  }

  private static String type(QueryResult result) {
    return switch (result) {
      case QueryResult.Streams _ -> "streams";
      case QueryResult.Matrix _ -> "matrix";
      case QueryResult.Vector _ -> "vector";
      case QueryResult.Scalar _ -> "scalar";
    };
  }

  private boolean same(Object expected, Object actual) {
    if (expected instanceof List<?> a && actual instanceof List<?> b) {
      if (a.size() != b.size()) {
        return false;
      }
      for (int i = 0; i < a.size(); i++) {
        if (!same(a.get(i), b.get(i))) {
          return false;
        }
      }
      return true;
    }
    if (expected instanceof Double a && actual instanceof Double b) {
      return a.equals(b)
          || (a != Math.rint(a)
              && Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b)));
    }
    return expected.equals(actual);
  }

  private static List<Object> rows(JsonNode data, boolean categorized) {
    List<Object> rows = new ArrayList<>();
    JsonNode result = data.get("result");
    switch (data.get("resultType").asString()) {
      case "scalar" -> rows.add(number(result.get(1)));
      case "streams" ->
          result.forEach(stream -> {
            List<Object> entries = new ArrayList<>();
            stream
                .get("values")
                .forEach(entry -> {
                  entries.add(entry.get(0).asString());
                  entries.add(entry.get(1).asString());
                  if (categorized) {
                    entries.add(map(entry.get(2).path("structuredMetadata")));
                    entries.add(map(entry.get(2).path("parsed")));
                  }
                });
            rows.add(List.of(map(stream.get("stream")), entries));
          });
      default ->
          result.forEach(series -> {
            List<Object> samples = new ArrayList<>();
            if (series.has("value")) {
              samples.add(seconds(series.get("value").get(0)));
              samples.add(number(series.get("value").get(1)));
            }
            series
                .path("values")
                .forEach(sample -> {
                  samples.add(seconds(sample.get(0)));
                  samples.add(number(sample.get(1)));
                });
            rows.add(List.of(map(series.get("metric")), samples));
          });
    }
    return rows;
  }

  private static List<Object> rows(QueryResult result, boolean categorized) {
    List<Object> rows = new ArrayList<>();
    switch (result) {
      case QueryResult.Scalar(_, double value) -> rows.add(value);
      case QueryResult.Vector(List<QueryResult.Sample> samples) -> {
        for (QueryResult.Sample sample : samples) {
          rows.add(
              List.of(map(sample.labels()), List.of(sample.timestampMillis(), sample.value())));
        }
      }
      case QueryResult.Matrix(List<QueryResult.Series> all) -> {
        for (QueryResult.Series series : all) {
          List<Object> samples = new ArrayList<>();
          for (int i = 0; i < series.values().length; i++) {
            samples.add(series.timestampsMillis()[i]);
            samples.add(series.values()[i]);
          }
          rows.add(List.of(map(series.labels()), samples));
        }
      }
      case QueryResult.Streams(List<QueryResult.Stream> streams) -> {
        for (QueryResult.Stream stream : streams) {
          List<Object> entries = new ArrayList<>();
          for (QueryResult.Entry entry : stream.entries()) {
            entries.add(Long.toString(entry.timestampNanos()));
            entries.add(new String(entry.line(), StandardCharsets.UTF_8));
            if (categorized) {
              entries.add(map(entry.structuredMetadata()));
              entries.add(map(entry.parsed()));
            }
          }
          rows.add(List.of(map(stream.labels()), entries));
        }
      }
    }
    return rows;
  }

  private static Map<String, String> map(JsonNode object) {
    Map<String, String> map = new LinkedHashMap<>();
    object.properties().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(field -> map.put(field.getKey(), field.getValue().asString()));
    return map;
  }

  private static Map<String, String> map(Labels labels) {
    return new LinkedHashMap<>(labels.toMap());
  }

  private static Long seconds(JsonNode seconds) {
    return Math.round(seconds.asDouble() * 1000);
  }

  private static Double number(JsonNode text) {
    return switch (text.asString()) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.valueOf(text.asString());
    };
  }
}
