package io.skald.querier.rule.notify;

import io.skald.common.model.Labels;
import io.skald.querier.rule.evaluate.Notice;
import java.io.ByteArrayOutputStream;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Alerts as Alertmanager's API v2 takes them: {@code POST /api/v2/alerts}. */
final class NoticeJson {
  private static final long NANOS_PER_SECOND = 1_000_000_000L;

  private final String externalUrl;
  private final String datasourceUid;
  private final JsonFactory factory = new JsonFactory();

  /**
   * @param externalUrl of Grafana; links lead there
   * @param datasourceUid that they open
   */
  NoticeJson(String externalUrl, String datasourceUid) {
    this.externalUrl = externalUrl.replaceFirst("/+$", "");
    this.datasourceUid = datasourceUid;
  }

  byte[] write(List<Notice> notices) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), out)) {
      json.writeStartArray();
      notices.forEach(notice -> write(json, notice));
      json.writeEndArray();
    }
    return out.toByteArray();
  }

  private void write(JsonGenerator json, Notice notice) {
    json.writeStartObject();
    write(json, "labels", notice.labels());
    write(json, "annotations", notice.annotations());
    json.writeStringProperty("startsAt", time(notice.startsAtNanos()));
    json.writeStringProperty("endsAt", time(notice.endsAtNanos()));
    json.writeStringProperty("generatorURL", link(notice.expr()));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, Labels labels) {
    json.writeObjectPropertyStart(name);
    labels.toMap().forEach(json::writeStringProperty);
    json.writeEndObject();
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(
            Math.floorDiv(nanos, NANOS_PER_SECOND), Math.floorMod(nanos, NANOS_PER_SECOND))
        .toString();
  }

  /** Returns the address of Grafana's Explore with the query of the rule. */
  private String link(String expr) {
    StringWriter left = new StringWriter();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), left)) {
      json.writeStartObject();
      json.writeStringProperty("datasource", datasourceUid);
      json.writeArrayPropertyStart("queries");
      json.writeStartObject();
      json.writeStringProperty("refId", "A");
      json.writeStringProperty("expr", expr);
      json.writeStringProperty("queryType", "range");
      json.writeEndObject();
      json.writeEndArray();
      json.writeObjectPropertyStart("range");
      json.writeStringProperty("from", "now-1h");
      json.writeStringProperty("to", "now");
      json.writeEndObject();
      json.writeEndObject();
    }
    return externalUrl
        + "/explore?left="
        + URLEncoder.encode(left.toString(), StandardCharsets.UTF_8);
  }
}
