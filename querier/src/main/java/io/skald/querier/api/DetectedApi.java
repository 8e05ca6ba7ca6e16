package io.skald.querier.api;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.syntax.Expr;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;

/**
 * What labels and fields there are: {@code detected_labels} from the index, {@code detected_fields}
 * and the values of one from a sample of the newest lines.
 */
public final class DetectedApi {
  private static final int DEFAULT_LINES = 100;
  private static final int DEFAULT_FIELDS = 1000;

  /** Shown though their values may be ids. */
  private static final Set<String> ALWAYS_SHOWN = Set.of("cluster", "namespace", "instance", "pod");

  private static final Pattern NUMBER = Pattern.compile("[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?");
  private static final Pattern UUID =
      Pattern.compile("[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}");

  private final QueryData data;
  private final QueryApi queries;
  private final Clock clock;

  public DetectedApi(QueryData data, QueryApi queries, Clock clock) {
    this.data = data;
    this.queries = queries;
    this.clock = clock;
  }

  /** {@code /loki/api/v1/detected_labels}. */
  QueryApi.Body labels(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> {
      Parameters parameters = request.parameters(clock.nowNanos());
      Parameters.Range range = queries.metadataRange(tenants, parameters);
      String query = parameters.text("query");
      List<LabelMatcher> matchers =
          query.isEmpty() ? List.of() : Parser.parseSelector(query, false);
      Map<String, Set<String>> values = new TreeMap<>();
      for (Labels labels : data.series(tenants, matchers, range.startNanos(), range.endNanos())) {
        for (int i = 0; i < labels.size(); i++) {
          values.computeIfAbsent(labels.name(i), _ -> new TreeSet<>()).add(labels.value(i));
        }
      }
      values.entrySet().removeIf(label -> isHidden(label.getKey(), label.getValue()));
      return labels(values);
    });
  }

  /** Labels that tell entries apart rather than group them. */
  private static boolean isHidden(String name, Set<String> values) {
    return !ALWAYS_SHOWN.contains(name)
        && !Set.of("0", "1").containsAll(values)
        && values.stream()
            .allMatch(value -> NUMBER.matcher(value).matches() || UUID.matcher(value).matches());
  }

  private static QueryApi.Body labels(Map<String, Set<String>> values) {
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        if (!values.isEmpty()) {
          json.writeArrayPropertyStart("detectedLabels");
          values.forEach((name, distinct) -> {
            json.writeStartObject();
            json.writeStringProperty("label", name);
            json.writeNumberProperty("cardinality", distinct.size());
            json.writeEndObject();
          });
          json.writeEndArray();
        }
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  /** {@code /loki/api/v1/detected_fields}. */
  QueryApi.Body fields(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> {
      int limit = fieldLimit(request);
      Map<String, DetectedFields.Field> fields = sample(tenants, request);
      return out -> {
        try (JsonGenerator json = ResultWriter.generator(out)) {
          json.writeStartObject();
          if (!fields.isEmpty()) {
            json.writeArrayPropertyStart("fields");
            fields.entrySet().stream()
                .limit(limit)
                .forEach(field -> write(json, field.getKey(), field.getValue()));
            json.writeEndArray();
            json.writeNumberProperty("limit", limit);
          }
          json.writeEndObject();
          json.writeRaw('\n');
        }
      };
    });
  }

  private static void write(JsonGenerator json, String name, DetectedFields.Field field) {
    json.writeStartObject();
    json.writeStringProperty("label", name);
    json.writeStringProperty("type", field.type.text());
    json.writeNumberProperty("cardinality", field.values.size());
    if (field.parsers.isEmpty()) {
      json.writeNullProperty("parsers");
    } else {
      writeTexts(json, "parsers", field.parsers);
    }
    if (!field.jsonPath.isEmpty()) {
      writeTexts(json, "jsonPath", field.jsonPath);
    }
    json.writeEndObject();
  }

  private static void writeTexts(JsonGenerator json, String name, Iterable<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /** {@code /loki/api/v1/detected_field/{name}/values}. */
  QueryApi.Body values(ReadTenants tenants, String name, ReadRequest request) {
    return QueryApi.answering(() -> {
      int limit = fieldLimit(request);
      DetectedFields.Field field = sample(tenants, request).get(name);
      return out -> {
        try (JsonGenerator json = ResultWriter.generator(out)) {
          json.writeStartObject();
          if (field != null) {
            json.writeNumberProperty("limit", limit);
            List<String> values =
                field.values.stream().limit(limit).map(FieldType::inDecimalUnits).toList();
            writeTexts(json, "values", values);
          }
          json.writeEndObject();
          json.writeRaw('\n');
        }
      };
    });
  }

  /** {@code limit}, or its old name. */
  private int fieldLimit(ReadRequest request) {
    Parameters parameters = request.parameters(clock.nowNanos());
    String old = parameters.text("field_limit");
    return parameters.limit(old.isEmpty() ? DEFAULT_FIELDS : Parameters.integer(old));
  }

  private Map<String, DetectedFields.Field> sample(ReadTenants tenants, ReadRequest request) {
    Parameters parameters = request.parameters(clock.nowNanos());
    Parameters.Range range = parameters.range();
    Parameters.requireOrdered(range);
    parameters.stepNanos(range);
    String lineLimit = parameters.text("line_limit");
    int lines = lineLimit.isEmpty() ? DEFAULT_LINES : Parameters.integer(lineLimit);
    if (lines <= 0) {
      throw new BadRequestException("limit must be a positive value");
    }
    LimitChecks.entries(lines, queries.allowed(tenants));
    Expr expression = queries.checked(tenants, parameters, range);
    if (!(expression instanceof LogExpr)) {
      throw new BadRequestException("only log selector is supported");
    }
    QueryRequest query =
        new QueryRequest(
            expression, range.startNanos(), range.endNanos(), 0, 0, lines, false, true);
    DetectedFields fields = new DetectedFields();
    QueryResult result = queries.run(tenants, query, request).result();
    ((QueryResult.Streams) result).streams().forEach(fields::add);
    return fields.fields();
  }
}
