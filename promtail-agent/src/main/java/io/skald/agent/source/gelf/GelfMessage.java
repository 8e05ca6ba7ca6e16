package io.skald.agent.source.gelf;

import io.skald.agent.json.JsonWriter;
import io.skald.agent.source.Severity;
import io.skald.agent.source.SourceSink;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** A message: the fields of its object, each as JSON text, so that numbers stay what they were. */
final class GelfMessage {
  private static final JsonFactory JSON = new JsonFactory();

  /** In this order they stand in the line; what an application added follows. */
  private static final List<String> FIELDS =
      List.of("version", "host", "short_message", "full_message", "timestamp", "level", "facility");

  private static final int MAX_BYTES = 4 << 20;
  private static final int MAX_LEVEL = 7;
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000L);

  private final Map<String, String> json = new TreeMap<>();
  private final Map<String, String> text = new TreeMap<>();

  private GelfMessage() {}

  /**
   * Reads a message.
   *
   * @param datagram plain, gzip or zlib
   * @throws GelfFormatException if it is damaged, too large, or no object
   */
  static GelfMessage read(byte[] datagram) throws GelfFormatException {
    GelfMessage message = new GelfMessage();
    byte[] plain = plain(datagram);
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), plain)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new GelfFormatException("a message must be a JSON object");
      }
      for (String name = parser.nextName(); name != null; name = parser.nextName()) {
        JsonToken token = parser.nextToken();
        if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
          message.text.put(name, parser.getString());
        }
        message.json.put(name, copy(parser));
      }
    } catch (JacksonException e) {
      throw new GelfFormatException("a message must be JSON: " + e.getOriginalMessage());
    }
    return message;
  }

  private static String copy(JsonParser parser) {
    JsonToken token = parser.currentToken();
    if (token.isNumeric() || token.isBoolean() || token == JsonToken.VALUE_NULL) {
      return parser.getString(); // as it was written
    }
    StringWriter out = new StringWriter();
    try (JsonGenerator generator = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      generator.copyCurrentStructureExact(parser);
    }
    return out.toString();
  }

  private static byte[] plain(byte[] datagram) throws GelfFormatException {
    if (datagram.length < 2) {
      throw new GelfFormatException("a message of " + datagram.length + " bytes");
    }
    int first = datagram[0] & 0xFF;
    int second = datagram[1] & 0xFF;
    try {
      if (first == 0x1f && second == 0x8b) {
        return limited(new GZIPInputStream(new ByteArrayInputStream(datagram)));
      }
      if (first == 0x78 && (first << 8 | second) % 31 == 0) { // RFC 1950, section 2.2
        return limited(new InflaterInputStream(new ByteArrayInputStream(datagram)));
      }
      return datagram;
    } catch (IOException e) {
      throw new GelfFormatException("a compressed message is damaged: " + e.getMessage());
    }
  }

  private static byte[] limited(InputStream in) throws IOException {
    try (in) {
      byte[] plain = in.readNBytes(MAX_BYTES + 1);
      if (plain.length > MAX_BYTES) {
        throw new IOException("it has more than " + MAX_BYTES + " bytes");
      }
      return plain;
    }
  }

  /** Returns the message's own time, or {@link SourceSink#TIME_OF_READING} if there is none. */
  long timestampNanos() {
    String seconds = text.getOrDefault("timestamp", "");
    if (seconds.isEmpty() || seconds.length() > 40) {
      return SourceSink.TIME_OF_READING;
    }
    try {
      long nanos = new BigDecimal(seconds).multiply(NANOS).toBigInteger().longValueExact();
      return nanos == 0 ? SourceSink.TIME_OF_READING : nanos;
    } catch (ArithmeticException | NumberFormatException _) {
      return SourceSink.TIME_OF_READING;
    }
  }

  void addLabels(Map<String, String> labels) {
    for (String name : List.of("host", "version", "facility")) {
      labels.put("__gelf_message_" + name, text.getOrDefault(name, ""));
    }
    String level = text.getOrDefault("level", "");
    if (level.length() == 1 && level.charAt(0) - '0' <= MAX_LEVEL && level.charAt(0) >= '0') {
      labels.put("__gelf_message_level", Severity.word(level.charAt(0) - '0'));
    }
  }

  byte[] line() {
    StringBuilder line = new StringBuilder("{");
    for (String name : FIELDS) {
      append(line, name);
    }
    for (String name : json.keySet()) {
      if (!FIELDS.contains(name)) {
        append(line, name);
      }
    }
    return line.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  private void append(StringBuilder line, String name) {
    String value = json.get(name);
    if (value != null) {
      if (line.length() > 1) {
        line.append(',');
      }
      JsonWriter.appendString(line, name);
      line.append(':').append(value);
    }
  }
}
