package io.skald.tests;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.compression.Snappy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import tools.jackson.databind.JsonNode;

/**
 * One request of the contract. All texts may hold {@code @{name}}: a text that an answer before
 * gave, or a time: {@code now}, or {@code now-90s}, in nanoseconds; behind {@code s:} in seconds,
 * behind {@code rfc:} as RFC 3339.
 *
 * <pre>
 *  request: METHOD PATH          TAIL for a WebSocket
 *  params, form: {name: value or list of values}
 *  headers: {name: value}
 *  body: text
 *  message: [{field number: value}, ...]     a protobuf message: text, a list for a message,
 *                                            #17 for a varint, #f64:17 for a fixed64, #hex:ff for bytes
 *  coding: [snappy, gzip, deflate]           applied to the body in this order
 * </pre>
 */
final class ContractExample {
  private static final Pattern PLACE = Pattern.compile("@\\{([^}]+)}");
  private static final Pattern TIME =
      Pattern.compile("(?:(s|rfc):)?now(?:([+-])(\\d+)(ms|s|m|h|d))?");
  private static final Map<String, ChronoUnit> UNITS =
      Map.of(
          "ms",
          ChronoUnit.MILLIS,
          "s",
          ChronoUnit.SECONDS,
          "m",
          ChronoUnit.MINUTES,
          "h",
          ChronoUnit.HOURS,
          "d",
          ChronoUnit.DAYS);

  private final JsonNode node;
  private final Instant now;
  private final Map<String, String> given;

  ContractExample(JsonNode node, Instant now, Map<String, String> given) {
    this.node = node;
    this.now = now;
    this.given = given;
  }

  String method() {
    return node.get("request").asString().split(" ", 2)[0];
  }

  /** Returns the path without parameters, as sent. */
  String path() {
    return filled(node.get("request").asString().split(" ", 2)[1]);
  }

  /** Returns path and parameters. */
  String target() {
    String parameters = encoded(node.path("params"));
    return parameters.isEmpty() ? path() : path() + "?" + parameters;
  }

  Map<String, String> headers() {
    Map<String, String> headers = new TreeMap<>();
    node.path("headers").forEachEntry((name, value) -> headers.put(name, filled(value.asString())));
    return headers;
  }

  HttpRequest.Builder request(String address) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + target()))
            .method(method(), BodyPublishers.ofByteArray(body()));
    headers().forEach(request::header);
    if (node.has("form")) {
      request.header("Content-Type", "application/x-www-form-urlencoded");
    }
    return request;
  }

  private String encoded(JsonNode parameters) {
    List<String> pairs = new ArrayList<>();
    parameters.forEachEntry((name, value) -> {
      Iterable<JsonNode> values = value.isArray() ? value : List.of(value);
      values.forEach(each ->
          pairs.add(
              URLEncoder.encode(name, StandardCharsets.UTF_8)
                  + "="
                  + URLEncoder.encode(filled(each.asString()), StandardCharsets.UTF_8)));
    });
    return String.join("&", pairs);
  }

  private byte[] body() {
    byte[] body;
    if (node.has("form")) {
      body = encoded(node.get("form")).getBytes(StandardCharsets.UTF_8);
    } else if (node.has("message")) {
      body = message(node.get("message"));
    } else {
      body = filled(node.path("body").asString("")).getBytes(StandardCharsets.UTF_8);
    }
    for (JsonNode coding : node.path("coding")) {
      body = coded(body, coding.asString());
    }
    return body;
  }

  private static byte[] coded(byte[] body, String coding) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      switch (coding) {
        case "snappy" -> {
          ByteBuf packed = Unpooled.buffer();
          new Snappy().encode(Unpooled.wrappedBuffer(body), packed, body.length);
          packed.readBytes(out, packed.readableBytes());
        }
        case "gzip" -> write(new GZIPOutputStream(out), body);
        case "deflate" ->
            write(new DeflaterOutputStream(out, new Deflater(Deflater.BEST_SPEED, true)), body);
        case "zlib" -> write(new DeflaterOutputStream(out), body);
        default -> throw new IllegalArgumentException("coding: " + coding);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void write(OutputStream out, byte[] body) throws IOException {
    try (out) {
      out.write(body);
    }
  }

  private byte[] message(JsonNode fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (JsonNode field : fields) {
      field.forEachEntry((number, value) -> writeField(out, Integer.parseInt(number), value));
    }
    return out.toByteArray();
  }

  private void writeField(ByteArrayOutputStream out, int number, JsonNode value) {
    String text = value.isArray() ? "" : filled(value.asString());
    if (text.startsWith("#hex:")) {
      writeBytes(out, number, HexFormat.of().parseHex(text.substring(5)));
    } else if (text.startsWith("#f64:")) {
      writeVarint(out, number << 3 | 1);
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.writeBytes(bytes.putLong(Long.parseLong(text.substring(5))).array());
    } else if (text.startsWith("#")) {
      writeVarint(out, number << 3);
      writeVarint(out, Long.parseLong(text.substring(1)));
    } else {
      boolean isText = !value.isArray();
      writeBytes(out, number, isText ? text.getBytes(StandardCharsets.UTF_8) : message(value));
    }
  }

  private static void writeBytes(ByteArrayOutputStream out, int number, byte[] bytes) {
    writeVarint(out, number << 3 | 2);
    writeVarint(out, bytes.length);
    out.writeBytes(bytes);
  }

  private static void writeVarint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** Returns a text with what {@code @{...}} stands for. */
  String filled(String text) {
    return PLACE
        .matcher(text)
        .replaceAll(place -> Matcher.quoteReplacement(meaning(place.group(1))));
  }

  private String meaning(String place) {
    String known = given.get(place);
    if (known != null) {
      return known;
    }
    Matcher time = TIME.matcher(place);
    if (!time.matches()) {
      throw new IllegalArgumentException("@{" + place + "} stands for nothing");
    }
    Instant instant = now;
    if (time.group(2) != null) {
      long amount = Long.parseLong(time.group(2) + time.group(3));
      instant = now.plus(amount, UNITS.get(time.group(4)));
    }
    return switch (time.group(1)) {
      case null -> Long.toString(instant.getEpochSecond() * 1_000_000_000L + instant.getNano());
      case "s" -> Long.toString(instant.getEpochSecond());
      default -> instant.toString();
    };
  }
}
