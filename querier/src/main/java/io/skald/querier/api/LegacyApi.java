package io.skald.querier.api;

import io.skald.common.model.Labels;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryException;
import io.skald.logql.engine.QueryRequest;
import io.skald.logql.engine.QueryResult;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Stage;
import io.skald.querier.source.ReadTenants;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** The read endpoints under {@code /api/prom}, in the shapes of old clients. */
public final class LegacyApi {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final QueryApi queries;
  private final Clock clock;

  public LegacyApi(QueryApi queries, Clock clock) {
    this.queries = queries;
    this.clock = clock;
  }

  /** {@code /api/prom/query}: a log query over a range; {@code regexp} is a further line filter. */
  QueryApi.Body query(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> {
      QueryRequest query = queries.rangeQuery(tenants, request);
      if (!(query.expression() instanceof LogExpr log)) {
        throw new QueryException(
            400,
            "rpc error: code = Code(400) desc = legacy endpoints only support streams result type");
      }
      String regexp = request.parameters(clock.nowNanos()).text("regexp");
      QueryApi.Answer answer =
          queries.run(tenants, regexp.isEmpty() ? query : filtered(query, log, regexp), request);
      return out -> {
        try (JsonGenerator json = ResultWriter.generator(out)) {
          json.writeStartObject();
          json.writeArrayPropertyStart("streams");
          ((QueryResult.Streams) answer.result())
              .streams()
              .forEach(one -> write(json, one.labels(), one.entries()));
          json.writeEndArray();
          json.writeName("stats");
          answer.statistics().accept(json);
          json.writeEndObject();
          json.writeRaw('\n');
        }
      };
    });
  }

  private static QueryRequest filtered(QueryRequest query, LogExpr log, String regexp) {
    List<Stage> stages = new ArrayList<>();
    stages.add(
        new Stage.LineFilter(
            Stage.LineOperator.MATCHES, List.of(new Stage.LineArgument(regexp, false))));
    stages.addAll(log.stages());
    return new QueryRequest(
        new LogExpr(log.selector(), stages),
        query.startNanos(),
        query.endNanos(),
        query.stepNanos(),
        query.intervalNanos(),
        query.limit(),
        query.forward(),
        false);
  }

  static void write(JsonGenerator json, Labels labels, List<QueryResult.Entry> entries) {
    json.writeStartObject();
    json.writeStringProperty("labels", labels.toString());
    json.writeArrayPropertyStart("entries");
    for (QueryResult.Entry entry : entries) {
      json.writeStartObject();
      json.writeStringProperty("ts", rfc3339(entry.timestampNanos()));
      json.writeStringProperty("line", new String(entry.line(), StandardCharsets.UTF_8));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** Without the zeros that end a fraction. */
  static String rfc3339(long nanos) {
    String text =
        Instant.ofEpochSecond(
                Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
            .toString();
    return text.contains(".") ? text.replaceFirst("0+Z$", "Z") : text;
  }

  /** {@code /api/prom/label}. */
  QueryApi.Body labels(ReadTenants tenants, ReadRequest request) {
    return QueryApi.answering(() -> values(queries.labelNames(tenants, request)));
  }

  /** {@code /api/prom/label/{name}/values}. */
  QueryApi.Body labelValues(ReadTenants tenants, String name, ReadRequest request) {
    return QueryApi.answering(() -> values(queries.valuesOf(tenants, name, request)));
  }

  private static QueryApi.Body values(Collection<String> values) {
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        if (!values.isEmpty()) {
          json.writeArrayPropertyStart("values");
          values.forEach(json::writeString);
          json.writeEndArray();
        }
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  /** {@code /api/prom/series}. */
  QueryApi.Body series(ReadTenants tenants, ReadRequest request) {
    return queries.series(tenants, request);
  }
}
