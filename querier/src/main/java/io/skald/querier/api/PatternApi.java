package io.skald.querier.api;

import io.skald.common.model.LabelMatcher;
import io.skald.common.pattern.PatternSamples;
import io.skald.common.time.Clock;
import io.skald.logql.engine.QueryException;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.querier.pattern.PatternSource;
import io.skald.querier.source.ReadTenants;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** {@code /loki/api/v1/patterns}, without HTTP: parameters in, a JSON body out. */
public final class PatternApi {
  /** Readers show fewer; the rest is rare. */
  private static final int MAX_PATTERNS = 1000;

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final PatternSource patterns;
  private final QueryApi queries;
  private final Clock clock;

  public PatternApi(PatternSource patterns, QueryApi queries, Clock clock) {
    this.patterns = patterns;
    this.queries = queries;
    this.clock = clock;
  }

  /**
   * Answers with the patterns of the streams that {@code query} selects.
   *
   * @throws QueryException with the status and text for the client
   */
  QueryApi.Body patterns(ReadTenants tenants, ReadRequest request) {
    try {
      Parameters parameters = request.parameters(clock.nowNanos());
      Parameters.Range range = parameters.range();
      Parameters.requireOrdered(range);
      Parameters.Range visible = queries.limited(tenants, range);
      long stepSeconds = Math.max(1, parameters.stepNanos(range) / NANOS_PER_SECOND);
      List<LabelMatcher> matchers = Parser.parseSelector(parameters.text("query"), false);
      if (visible.endNanos() < visible.startNanos()) {
        return body(List.of());
      }
      List<PatternSamples> found =
          patterns.patterns(
              tenants,
              matchers,
              visible.startNanos(),
              visible.endNanos(),
              stepSeconds,
              request.cancellation());
      return body(found.subList(0, Math.min(found.size(), MAX_PATTERNS)));
    } catch (BadRequestException | ParseException e) {
      throw new QueryException(400, String.valueOf(e.getMessage()));
    }
  }

  private static QueryApi.Body body(List<PatternSamples> found) {
    return out -> {
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        json.writeStringProperty("status", "success");
        json.writeArrayPropertyStart("data");
        found.forEach(pattern -> write(json, pattern));
        json.writeEndArray();
        json.writeEndObject();
        json.writeRaw('\n');
      }
    };
  }

  private static void write(JsonGenerator json, PatternSamples pattern) {
    json.writeStartObject();
    json.writeStringProperty("pattern", pattern.pattern());
    json.writeStringProperty("level", pattern.level());
    json.writeArrayPropertyStart("samples");
    for (int i = 0; i < pattern.seconds().length; i++) {
      json.writeStartArray();
      json.writeNumber(pattern.seconds()[i]);
      json.writeNumber(pattern.counts()[i]);
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
