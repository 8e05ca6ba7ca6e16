package io.skald.querier.api;

import io.skald.querier.tail.TailLine;
import io.skald.querier.tail.TailMessage;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** Writes the messages of a tail: one stream object for each line, as clients know it. */
final class TailWriter {
  private TailWriter() {}

  /**
   * @param flags encoding flags of the request, echoed in each message
   */
  static Function<TailMessage, byte[]> of(List<String> flags) {
    boolean categorized = flags.contains(ReadRequest.CATEGORIZE);
    return message -> {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      try (JsonGenerator json = ResultWriter.generator(out)) {
        json.writeStartObject();
        json.writeArrayPropertyStart("streams");
        for (TailLine line : message.lines()) {
          ResultWriter.writeStream(json, line.labels(), List.of(line.entry()), categorized);
        }
        json.writeEndArray();
        if (!message.dropped().isEmpty()) {
          json.writeArrayPropertyStart("dropped_entries");
          message.dropped().forEach(one -> writeDropped(json, one));
          json.writeEndArray();
        }
        ResultWriter.writeFlags(json, flags);
        json.writeEndObject();
      }
      return out.toByteArray();
    };
  }

  private static void writeDropped(JsonGenerator json, TailMessage.Dropped dropped) {
    json.writeStartObject();
    json.writeStringProperty("timestamp", Long.toString(dropped.timestampNanos()));
    json.writeName("labels");
    ResultWriter.writeLabels(json, dropped.labels());
    json.writeEndObject();
  }

  /** The shape of {@code /api/prom/tail}. */
  static byte[] legacy(TailMessage message) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = ResultWriter.generator(out)) {
      json.writeStartObject();
      json.writeArrayPropertyStart("streams");
      for (TailLine line : message.lines()) {
        LegacyApi.write(json, line.labels(), List.of(line.entry()));
      }
      json.writeEndArray();
      if (message.dropped().isEmpty()) {
        json.writeNullProperty("dropped_entries");
      } else {
        json.writeArrayPropertyStart("dropped_entries");
        for (TailMessage.Dropped dropped : message.dropped()) {
          json.writeStartObject();
          json.writeStringProperty("timestamp", LegacyApi.rfc3339(dropped.timestampNanos()));
          json.writeStringProperty("labels", dropped.labels().toString());
          json.writeEndObject();
        }
        json.writeEndArray();
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return out.toByteArray();
  }
}
