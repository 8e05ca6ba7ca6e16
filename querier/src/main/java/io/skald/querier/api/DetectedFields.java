package io.skald.querier.api;

import io.skald.common.model.Labels;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.syntax.Stage;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * The fields of sampled entries: structured metadata, what the query extracted, and what the line
 * holds as JSON or else as logfmt. Confined to a thread.
 */
final class DetectedFields {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String ERROR_PREFIX = "__error";

  /** One field. */
  static final class Field {
    final Set<String> values = new LinkedHashSet<>();

    /** Empty for structured metadata. */
    final Set<String> parsers = new TreeSet<>();

    FieldType type = FieldType.STRING;
    List<String> jsonPath = List.of();
  }

  private static final Pipeline AS_JSON = Pipeline.compile(List.of(new Stage.Json(List.of())));
  private static final Pipeline AS_LOGFMT =
      Pipeline.compile(List.of(new Stage.Logfmt(false, false, List.of())));

  private final Map<String, Field> fields = new LinkedHashMap<>();

  Map<String, Field> fields() {
    return fields;
  }

  /**
   * Adds the entries of one stream. The type of a field is that of its first value; what comes
   * first follows the order of an answer that groups entries by all their labels.
   */
  void add(QueryResult.Stream stream) {
    LineProcessor json = AS_JSON.forStream(stream.labels());
    LineProcessor logfmt = AS_LOGFMT.forStream(stream.labels());
    for (QueryResult.Entry entry : byLabels(stream)) {
      addAll(entry.structuredMetadata(), "", Map.of());
      byte[] line = entry.line();
      Labels fromJson = parsed(json, line);
      if (fromJson != null) {
        addAll(fromJson, "json", paths(line));
        addAll(entry.parsed(), "json", Map.of());
      } else {
        Labels fromLogfmt = parsed(logfmt, line);
        addAll(fromLogfmt == null ? Labels.EMPTY : fromLogfmt, "logfmt", Map.of());
        addAll(entry.parsed(), "logfmt", Map.of());
      }
    }
  }

  private static List<QueryResult.Entry> byLabels(QueryResult.Stream stream) {
    return stream.entries().stream()
        .sorted(Comparator.comparing(entry -> allLabels(stream.labels(), entry).toString()))
        .toList();
  }

  private static Labels allLabels(Labels stream, QueryResult.Entry entry) {
    Labels.Builder all = stream.toBuilder();
    for (Labels more : List.of(entry.structuredMetadata(), entry.parsed())) {
      for (int i = 0; i < more.size(); i++) {
        all.set(more.name(i), more.value(i));
      }
    }
    return all.build();
  }

  /** Returns the labels of a line, or null if it is not in the form of the parser. */
  private static @Nullable Labels parsed(LineProcessor parser, byte[] line) {
    parser.process(0, line, 0, line.length, Labels.EMPTY);
    return parser.labels().hasError() ? null : parser.labels().parsed();
  }

  private void addAll(Labels labels, String parser, Map<String, List<String>> paths) {
    for (int i = 0; i < labels.size(); i++) {
      String name = labels.name(i);
      if (name.startsWith(ERROR_PREFIX)) {
        continue;
      }
      Field field = fields.get(name);
      if (field == null) {
        field = new Field();
        field.type = FieldType.of(labels.value(i));
        fields.put(name, field);
      }
      field.values.add(labels.value(i));
      if (!parser.isEmpty()) {
        field.parsers.add(parser);
      }
      List<String> path = paths.get(name.replaceFirst("_extracted$", ""));
      if (path != null && field.jsonPath.isEmpty()) {
        field.jsonPath = path;
      }
    }
  }

  /** Returns the paths of the scalars of a document by the names that they get as labels. */
  private static Map<String, List<String>> paths(byte[] line) {
    Map<String, List<String>> paths = new HashMap<>();
    Deque<String> path = new ArrayDeque<>();
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), line)) {
      int depth = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case START_OBJECT -> depth++;
          case END_OBJECT -> {
            depth--;
            if (depth == 0) {
              return paths;
            }
            path.pollLast();
          }
          case START_ARRAY -> {
            parser.skipChildren();
            path.pollLast();
          }
          case PROPERTY_NAME -> path.addLast(parser.currentName());
          default -> {
            List<String> keys = new ArrayList<>(path);
            paths.putIfAbsent(nameOf(keys), keys);
            path.pollLast();
          }
        }
      }
    } catch (JacksonException _) {
      return paths; // what the engine's reader bears, this one need not
    }
    return paths;
  }

  private static String nameOf(List<String> path) {
    StringBuilder name = new StringBuilder();
    for (String key : path) {
      String part = key.strip().replaceAll("[^A-Za-z0-9_]", "_");
      if (!part.isEmpty()) {
        boolean digitFirst = name.isEmpty() && Character.isDigit(part.charAt(0));
        name.append(name.isEmpty() ? "" : "_").append(digitFirst ? "_" : "").append(part);
      }
    }
    return name.toString();
  }
}
