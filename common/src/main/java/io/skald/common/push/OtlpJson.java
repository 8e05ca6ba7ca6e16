package io.skald.common.push;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;

/**
 * Rewrites an export request from OTLP's JSON encoding (OTLP specification, "JSON Protobuf
 * Encoding") to its protobuf encoding, so that one reader serves both. Unknown members are stepped
 * over.
 */
final class OtlpJson {
  private static final int MAX_DEPTH = 64;

  private enum Kind {
    TEXT,
    BOOL,
    INTEGER,
    DOUBLE,
    FIXED64,
    FIXED32,
    HEX,
    BASE64,
    MESSAGE,
    MESSAGES
  }

  /**
   * @param message the type of a message's members, else ""
   */
  private record Field(int number, Kind kind, String message) {
    Field(int number, Kind kind) {
      this(number, kind, "");
    }
  }

  private static final Map<String, Map<String, Field>> SCHEMA =
      Map.of(
          "Request",
          Map.of("resourceLogs", new Field(1, Kind.MESSAGES, "ResourceLogs")),
          "ResourceLogs",
          Map.of(
              "resource", new Field(1, Kind.MESSAGE, "Resource"),
              "scopeLogs", new Field(2, Kind.MESSAGES, "ScopeLogs")),
          "Resource",
          Map.of("attributes", new Field(1, Kind.MESSAGES, "KeyValue")),
          "ScopeLogs",
          Map.of(
              "scope", new Field(1, Kind.MESSAGE, "Scope"),
              "logRecords", new Field(2, Kind.MESSAGES, "LogRecord")),
          "Scope",
          Map.of(
              "name", new Field(1, Kind.TEXT),
              "version", new Field(2, Kind.TEXT),
              "attributes", new Field(3, Kind.MESSAGES, "KeyValue"),
              "droppedAttributesCount", new Field(4, Kind.INTEGER)),
          "LogRecord",
          Map.of(
              "timeUnixNano", new Field(1, Kind.FIXED64),
              "severityNumber", new Field(2, Kind.INTEGER),
              "severityText", new Field(3, Kind.TEXT),
              "body", new Field(5, Kind.MESSAGE, "AnyValue"),
              "attributes", new Field(6, Kind.MESSAGES, "KeyValue"),
              "droppedAttributesCount", new Field(7, Kind.INTEGER),
              "flags", new Field(8, Kind.FIXED32),
              "traceId", new Field(9, Kind.HEX),
              "spanId", new Field(10, Kind.HEX),
              "observedTimeUnixNano", new Field(11, Kind.FIXED64)),
          "KeyValue",
          Map.of(
              "key", new Field(1, Kind.TEXT),
              "value", new Field(2, Kind.MESSAGE, "AnyValue")),
          "AnyValue",
          Map.of(
              "stringValue", new Field(1, Kind.TEXT),
              "boolValue", new Field(2, Kind.BOOL),
              "intValue", new Field(3, Kind.INTEGER),
              "doubleValue", new Field(4, Kind.DOUBLE),
              "arrayValue", new Field(5, Kind.MESSAGE, "ArrayValue"),
              "kvlistValue", new Field(6, Kind.MESSAGE, "KeyValueList"),
              "bytesValue", new Field(7, Kind.BASE64)),
          "ArrayValue",
          Map.of("values", new Field(1, Kind.MESSAGES, "AnyValue")),
          "KeyValueList",
          Map.of("values", new Field(1, Kind.MESSAGES, "KeyValue")));

  private final JsonCursor json;
  private final ByteArea scratch = new ByteArea(256);
  private final ByteArea out;

  private OtlpJson(byte[] body) {
    json = new JsonCursor(body);
    out = new ByteArea(body.length);
  }

  /**
   * @throws PushDecodeException if the body is not JSON or has another shape
   */
  static byte[] toProtobuf(byte[] body) {
    OtlpJson reader = new OtlpJson(body);
    if (reader.json.peek() < 0) {
      throw PushDecodeException.malformed("EOF");
    }
    reader.members("Request", 0);
    reader.json.end();
    return Arrays.copyOf(reader.out.array(), reader.out.length());
  }

  private void members(String message, int depth) {
    if (depth > MAX_DEPTH) {
      throw json.malformed("values nest deeper than " + MAX_DEPTH);
    }
    Map<String, Field> fields = SCHEMA.getOrDefault(message, Map.of());
    json.begin('{', "an object");
    for (boolean first = true; json.nextMember(first); first = false) {
      Field field = fields.get(json.name(scratch));
      if (field == null) {
        json.skipValue(scratch);
      } else if (!json.skipNull()) {
        member(field, depth);
      }
    }
  }

  private void member(Field field, int depth) {
    switch (field.kind) {
      case MESSAGE -> message(field, depth);
      case MESSAGES -> {
        json.begin('[', "an array");
        for (boolean first = true; json.nextElement(first); first = false) {
          if (!json.skipNull()) {
            message(field, depth);
          }
        }
      }
      case TEXT -> {
        int start = begin(field);
        json.string(out, "a string");
        out.endMessage(start);
      }
      case HEX, BASE64 -> binary(field, scalar());
      case BOOL, INTEGER, DOUBLE, FIXED64, FIXED32 -> number(field, scalar());
    }
  }

  private void message(Field field, int depth) {
    int start = begin(field);
    members(field.message, depth + 1);
    out.endMessage(start);
  }

  private int begin(Field field) {
    tag(field, ProtobufCursor.LENGTH_DELIMITED);
    return out.beginMessage();
  }

  private void tag(Field field, int wireType) {
    out.addVarint(((long) field.number << 3) | wireType);
  }

  /** Takes a string or a bare scalar. */
  private String scalar() {
    int from = scratch.length();
    if (json.peek() == '"') {
      json.string(scratch, "a value");
    } else {
      json.scalarText(scratch, "a value");
    }
    String text = scratch.text(from);
    scratch.cut(from);
    return text;
  }

  private void binary(Field field, String text) {
    byte[] bytes;
    try {
      bytes =
          field.kind == Kind.HEX
              ? HexFormat.of().parseHex(text)
              : Base64.getDecoder().decode(text.getBytes(StandardCharsets.UTF_8));
    } catch (IllegalArgumentException e) {
      throw json.malformed(
          field.kind == Kind.HEX ? "an id is not hexadecimal" : "bytes are not base64");
    }
    int start = begin(field);
    out.add(bytes, 0, bytes.length);
    out.endMessage(start);
  }

  private void number(Field field, String text) {
    try {
      switch (field.kind) {
        case BOOL -> {
          tag(field, ProtobufCursor.VARINT);
          out.addVarint(text.equals("true") ? 1 : 0);
        }
        case DOUBLE -> {
          tag(field, ProtobufCursor.FIXED64);
          out.addLittleEndian(Double.doubleToLongBits(Double.parseDouble(text)), Long.BYTES);
        }
        case FIXED64 -> {
          tag(field, ProtobufCursor.FIXED64);
          out.addLittleEndian(Long.parseUnsignedLong(text), Long.BYTES);
        }
        case FIXED32 -> {
          tag(field, ProtobufCursor.FIXED32);
          out.addLittleEndian(Long.parseLong(text), Integer.BYTES);
        }
        default -> {
          tag(field, ProtobufCursor.VARINT);
          out.addVarint(Long.parseLong(text));
        }
      }
    } catch (NumberFormatException e) {
      throw json.malformed("a number is not valid");
    }
  }
}
