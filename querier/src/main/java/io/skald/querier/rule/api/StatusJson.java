package io.skald.querier.rule.api;

import io.skald.common.model.Labels;
import io.skald.common.values.GoFloat;
import io.skald.logql.syntax.ParseException;
import io.skald.logql.syntax.Parser;
import io.skald.querier.rule.Rule;
import io.skald.querier.rule.evaluate.Alert;
import io.skald.querier.rule.evaluate.Evaluated;
import io.skald.querier.rule.evaluate.GroupStatus;
import io.skald.querier.rule.evaluate.RuleStatus;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Groups, rules and alerts in the JSON of Prometheus' HTTP API. */
final class StatusJson {
  static final String TYPE = "application/json";

  /** The zero of Go's time: clients know it as "never". */
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final JsonFactory factory = new JsonFactory();

  byte[] groups(List<GroupStatus> groups) {
    return success("groups", json -> groups.forEach(group -> write(json, group)));
  }

  byte[] alerts(List<Alert> alerts) {
    return success("alerts", json -> alerts.forEach(alert -> write(json, alert)));
  }

  byte[] error(String message) {
    return object(json -> {
      json.writeStringProperty("status", "error");
      json.writeNullProperty("data");
      json.writeStringProperty("errorType", "bad_data");
      json.writeStringProperty("error", message);
    });
  }

  private byte[] success(String list, Consumer<JsonGenerator> elements) {
    return object(json -> {
      json.writeStringProperty("status", "success");
      json.writeObjectPropertyStart("data");
      json.writeArrayPropertyStart(list);
      elements.accept(json);
      json.writeEndArray();
      json.writeEndObject();
      json.writeStringProperty("errorType", "");
      json.writeStringProperty("error", "");
    });
  }

  private byte[] object(Consumer<JsonGenerator> properties) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartObject();
      properties.accept(json);
      json.writeEndObject();
    }
    return out.toByteArray();
  }

  private static void write(JsonGenerator json, GroupStatus group) {
    json.writeStartObject();
    json.writeStringProperty("name", group.group().name());
    json.writeStringProperty("file", group.namespace());
    json.writeArrayPropertyStart("rules");
    group.rules().forEach(rule -> write(json, rule));
    json.writeEndArray();
    seconds(json, "interval", group.interval());
    json.writeNumberProperty("limit", group.group().limit());
    write(json, group.last());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RuleStatus status) {
    json.writeStartObject();
    switch (status.rule()) {
      case Rule.Alerting alerting -> {
        json.writeStringProperty("state", status.state().text());
        writeHead(json, alerting);
        seconds(json, "duration", alerting.hold());
        if (alerting.keepFiringFor().isPositive()) {
          seconds(json, "keepFiringFor", alerting.keepFiringFor());
        }
        write(json, "labels", alerting.labels());
        write(json, "annotations", alerting.annotations());
        json.writeArrayPropertyStart("alerts");
        status.alerts().forEach(alert -> write(json, alert));
        json.writeEndArray();
        writeHealth(json, status, "alerting");
      }
      case Rule.Recording recording -> {
        writeHead(json, recording);
        write(json, "labels", recording.labels());
        writeHealth(json, status, "recording");
      }
    }
    json.writeEndObject();
  }

  private static void writeHead(JsonGenerator json, Rule rule) {
    json.writeStringProperty("name", rule.name());
    json.writeStringProperty("query", canonical(rule.expr()));
  }

  /** A query that was taken once can have become invalid with a newer version. */
  private static String canonical(String expr) {
    try {
      return Parser.parse(expr).toString();
    } catch (ParseException _) {
      return expr;
    }
  }

  private static void writeHealth(JsonGenerator json, RuleStatus status, String type) {
    json.writeStringProperty("health", status.last().health());
    json.writeStringProperty("lastError", status.last().lastError());
    json.writeStringProperty("type", type);
    write(json, status.last());
  }

  private static void write(JsonGenerator json, Evaluated last) {
    json.writeStringProperty("lastEvaluation", last.isNever() ? NEVER : time(last.atNanos()));
    number(json, "evaluationTime", (double) last.tookNanos() / NANOS_PER_SECOND);
  }

  private static void write(JsonGenerator json, Alert alert) {
    json.writeStartObject();
    write(json, "labels", alert.labels());
    write(json, "annotations", alert.annotations());
    json.writeStringProperty("state", alert.state().text());
    json.writeStringProperty("activeAt", time(alert.activeAtNanos()));
    json.writeStringProperty("value", GoFloat.formatExponent(alert.value()));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, Labels labels) {
    write(json, name, labels.toMap());
  }

  private static void write(JsonGenerator json, String name, Map<String, String> labels) {
    json.writeObjectPropertyStart(name);
    labels.forEach(json::writeStringProperty);
    json.writeEndObject();
  }

  private static void seconds(JsonGenerator json, String name, Duration duration) {
    number(json, name, (double) duration.toNanos() / NANOS_PER_SECOND);
  }

  /** Whole numbers have no fraction: 5, not 5.0. */
  private static void number(JsonGenerator json, String name, double value) {
    json.writeName(name);
    json.writeRawValue(GoFloat.formatShortest(value));
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
        .toString();
  }
}
