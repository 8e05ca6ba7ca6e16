package io.skald.querier.api;

import io.skald.common.http.HttpRequest;
import io.skald.common.http.HttpResponse;
import io.skald.common.http.Router;
import io.skald.logql.engine.PlanNode;
import io.skald.logql.engine.QueryException;
import io.skald.querier.source.ReadTenants;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JsonGenerator;

/**
 * {@code /skald/api/v1/explain}: the plan of a query, with {@code analyze=true} also what running
 * it cost. Takes the parameters of {@code query_range}, or those of {@code query} when {@code time}
 * is given. JSON, or text with {@code format=text} or {@code Accept: text/plain}.
 */
public final class ExplainRoutes {
  private final QueryApi api;
  private final QueryRoutes routes;

  public ExplainRoutes(QueryApi api, QueryRoutes routes) {
    this.api = api;
    this.routes = routes;
  }

  public void register(Router router) {
    router.read("/skald/api/v1/explain", this::explain);
  }

  private HttpResponse explain(HttpRequest request) {
    return routes.respond(request, (tenants, read) -> answer(request, tenants, read));
  }

  private HttpResponse answer(HttpRequest request, ReadTenants tenants, ReadRequest read) {
    PlanNode plan = api.explain(tenants, read, flag(request, "analyze"));
    return wantsText(request)
        ? HttpResponse.text(200, plan.text())
        : QueryRoutes.json(
            200,
            out -> {
              try (JsonGenerator json = ResultWriter.generator(out)) {
                json.writeStartObject();
                json.writeStringProperty("status", "success");
                json.writeName("data");
                write(json, plan);
                json.writeEndObject();
                json.writeRaw('\n');
              }
            });
  }

  private static boolean flag(HttpRequest request, String name) {
    List<String> values = request.parameters(name);
    if (values.isEmpty()) {
      return false;
    }
    return switch (values.getFirst().toLowerCase(Locale.ROOT)) {
      case "true", "1" -> true;
      case "false", "0", "" -> false;
      default ->
          throw new QueryException(
              400, name + " must be true or false, not '" + values.getFirst() + "'");
    };
  }

  private static boolean wantsText(HttpRequest request) {
    List<String> formats = request.parameters("format");
    if (!formats.isEmpty()) {
      return switch (formats.getFirst()) {
        case "text" -> true;
        case "json" -> false;
        default ->
            throw new QueryException(
                400, "format must be text or json, not '" + formats.getFirst() + "'");
      };
    }
    String accept = request.header("Accept");
    return accept != null && accept.startsWith("text/plain");
  }

  private static void write(JsonGenerator json, PlanNode node) {
    json.writeStartObject();
    json.writeStringProperty("operator", node.operator());
    json.writeObjectPropertyStart("details");
    node.details().forEach((name, value) -> writeDetail(json, name, value));
    json.writeEndObject();
    json.writeArrayPropertyStart("inputs");
    node.inputs().forEach(input -> write(json, input));
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeDetail(JsonGenerator json, String name, Object value) {
    switch (value) {
      case Long number -> json.writeNumberProperty(name, number);
      case Integer number -> json.writeNumberProperty(name, number);
      case Double number when Double.isFinite(number) -> json.writeNumberProperty(name, number);
      case Boolean flag -> json.writeBooleanProperty(name, flag);
      case List<?> texts -> {
        json.writeArrayPropertyStart(name);
        texts.forEach(text -> json.writeString(text.toString()));
        json.writeEndArray();
      }
      default -> json.writeStringProperty(name, value.toString());
    }
  }
}
