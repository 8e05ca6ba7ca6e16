package io.skald.tests;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** A collector on loopback that keeps the spans it is sent over OTLP (HTTP, protobuf). */
final class OtlpReceiver implements AutoCloseable {
  /**
   * A span, as opentelemetry/proto/trace/v1/trace.proto lays it out.
   *
   * @param attributes texts and whole numbers
   */
  record Span(
      String traceId,
      String spanId,
      String parentSpanId,
      String name,
      long startNanos,
      long endNanos,
      Map<String, Object> attributes) {}

  private final HttpServer server;
  private final List<Span> spans = new CopyOnWriteArrayList<>();

  OtlpReceiver() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(
        "/v1/traces",
        exchange -> {
          try (exchange) {
            spans.addAll(read(exchange.getRequestBody().readAllBytes()));
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Span> spans() {
    return List.copyOf(spans);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** Walks ExportTraceServiceRequest, ResourceSpans and ScopeSpans down to the spans. */
  private static List<Span> read(byte[] request) throws IOException {
    List<Span> found = new ArrayList<>();
    for (byte[] resource : messages(request, 1)) {
      for (byte[] scope : messages(resource, 2)) {
        for (byte[] span : messages(scope, 2)) {
          found.add(span(span));
        }
      }
    }
    return found;
  }

  private static List<byte[]> messages(byte[] message, int field) throws IOException {
    List<byte[]> found = new ArrayList<>();
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag; (tag = in.readTag()) != 0; ) {
      if (WireFormat.getTagFieldNumber(tag) == field) {
        found.add(in.readByteArray());
      } else {
        in.skipField(tag);
      }
    }
    return found;
  }

  private static Span span(byte[] message) throws IOException {
    Map<Integer, byte[]> fields = new HashMap<>();
    Map<String, Object> attributes = new HashMap<>();
    long start = 0;
    long end = 0;
    CodedInputStream in = CodedInputStream.newInstance(message);
    for (int tag; (tag = in.readTag()) != 0; ) {
      int field = WireFormat.getTagFieldNumber(tag);
      switch (field) {
        case 7 -> start = in.readFixed64();
        case 8 -> end = in.readFixed64();
        case 9 -> addAttribute(in.readByteArray(), attributes);
        case 1, 2, 4, 5 -> fields.put(field, in.readByteArray());
        default -> in.skipField(tag);
      }
    }
    return new Span(
        hex(fields, 1),
        hex(fields, 2),
        hex(fields, 4),
        new String(fields.getOrDefault(5, new byte[0]), StandardCharsets.UTF_8),
        start,
        end,
        attributes);
  }

  private static String hex(Map<Integer, byte[]> fields, int field) {
    return HexFormat.of().formatHex(fields.getOrDefault(field, new byte[0]));
  }

  private static void addAttribute(byte[] keyValue, Map<String, Object> attributes)
      throws IOException {
    String key = new String(messages(keyValue, 1).getFirst(), StandardCharsets.UTF_8);
    CodedInputStream in = CodedInputStream.newInstance(messages(keyValue, 2).getFirst());
    for (int tag; (tag = in.readTag()) != 0; ) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> attributes.put(key, in.readString());
        case 3 -> attributes.put(key, in.readInt64());
        default -> in.skipField(tag);
      }
    }
  }
}
