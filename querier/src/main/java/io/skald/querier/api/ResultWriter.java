package io.skald.querier.api;

import io.skald.common.model.Labels;
import io.skald.common.values.GoFloat;
import io.skald.logql.engine.QueryResult;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes query answers. The order of keys is part of the contract: readers take {@code
 * encodingFlags} before {@code result}, and {@code result} before {@code stats}.
 */
final class ResultWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private ResultWriter() {}

  /** Returns a generator on {@code out} that the caller closes. */
  static JsonGenerator generator(OutputStream out) {
    return JSON.createGenerator(ObjectWriteContext.empty(), out);
  }

  /**
   * Writes a whole answer, with a final newline.
   *
   * @param encodingFlags the flags of the request as received; echoed for streams only
   */
  static void write(
      OutputStream out,
      QueryResult result,
      List<String> encodingFlags,
      boolean categorized,
      Consumer<JsonGenerator> statistics,
      List<String> warnings) {
    try (JsonGenerator json = generator(out)) {
      json.writeStartObject();
      json.writeStringProperty("status", "success");
      json.writeName("data");
      json.writeStartObject();
      switch (result) {
        case QueryResult.Streams(List<QueryResult.Stream> streams) -> {
          json.writeStringProperty("resultType", "streams");
          writeFlags(json, encodingFlags);
          json.writeArrayPropertyStart("result");
          streams.forEach(
              stream -> writeStream(json, stream.labels(), stream.entries(), categorized));
          json.writeEndArray();
        }
        case QueryResult.Matrix(List<QueryResult.Series> series) -> {
          json.writeStringProperty("resultType", "matrix");
          json.writeArrayPropertyStart("result");
          series.forEach(one -> writeSeries(json, one));
          json.writeEndArray();
        }
        case QueryResult.Vector(List<QueryResult.Sample> samples) -> {
          json.writeStringProperty("resultType", "vector");
          json.writeArrayPropertyStart("result");
          samples.forEach(sample -> writeSample(json, sample));
          json.writeEndArray();
        }
        case QueryResult.Scalar(long timestampMillis, double value) -> {
          json.writeStringProperty("resultType", "scalar");
          json.writeName("result");
          writePoint(json, timestampMillis, value);
        }
      }
      json.writeName("stats");
      statistics.accept(json);
      json.writeEndObject();
      if (!warnings.isEmpty()) {
        json.writeArrayPropertyStart("warnings");
        warnings.forEach(json::writeString);
        json.writeEndArray();
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
  }

  /** Writes the flags of the request, if there are any. */
  static void writeFlags(JsonGenerator json, List<String> encodingFlags) {
    if (!encodingFlags.isEmpty()) {
      json.writeArrayPropertyStart("encodingFlags");
      encodingFlags.forEach(json::writeString);
      json.writeEndArray();
    }
  }

  static void writeStream(
      JsonGenerator json, Labels labels, List<QueryResult.Entry> entries, boolean categorized) {
    json.writeStartObject();
    json.writeName("stream");
    writeLabels(json, labels);
    json.writeArrayPropertyStart("values");
    for (QueryResult.Entry entry : entries) {
      json.writeStartArray();
      json.writeString(Long.toString(entry.timestampNanos()));
      writeLine(json, entry.line());
      if (categorized) {
        json.writeStartObject();
        writeCategory(json, "structuredMetadata", entry.structuredMetadata());
        writeCategory(json, "parsed", entry.parsed());
        json.writeEndObject();
      }
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeCategory(JsonGenerator json, String name, Labels labels) {
    if (!labels.isEmpty()) {
      json.writeName(name);
      writeLabels(json, labels);
    }
  }

  /** Bytes that are not UTF-8 become U+FFFD: JSON can carry nothing else. */
  private static void writeLine(JsonGenerator json, byte[] line) {
    if (isAscii(line)) {
      json.writeUTF8String(line, 0, line.length);
    } else {
      json.writeString(new String(line, StandardCharsets.UTF_8));
    }
  }

  private static boolean isAscii(byte[] line) {
    for (byte b : line) {
      if (b < 0) {
        return false;
      }
    }
    return true;
  }

  private static void writeSeries(JsonGenerator json, QueryResult.Series series) {
    json.writeStartObject();
    json.writeName("metric");
    writeLabels(json, series.labels());
    json.writeArrayPropertyStart("values");
    for (int i = 0; i < series.values().length; i++) {
      writePoint(json, series.timestampsMillis()[i], series.values()[i]);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void writeSample(JsonGenerator json, QueryResult.Sample sample) {
    json.writeStartObject();
    json.writeName("metric");
    writeLabels(json, sample.labels());
    json.writeName("value");
    writePoint(json, sample.timestampMillis(), sample.value());
    json.writeEndObject();
  }

  private static void writePoint(JsonGenerator json, long timestampMillis, double value) {
    json.writeStartArray();
    writeSeconds(json, timestampMillis);
    json.writeString(GoFloat.formatShortest(value));
    json.writeEndArray();
  }

  /** Writes seconds as a number with up to three decimals and no trailing zeros. */
  static void writeSeconds(JsonGenerator json, long millis) {
    if (millis % 1000 == 0) {
      json.writeNumber(millis / 1000);
    } else {
      json.writeNumber(BigDecimal.valueOf(millis, 3).stripTrailingZeros().toPlainString());
    }
  }

  static void writeLabels(JsonGenerator json, Labels labels) {
    json.writeStartObject();
    for (int i = 0; i < labels.size(); i++) {
      json.writeStringProperty(labels.name(i), labels.value(i));
    }
    json.writeEndObject();
  }
}
