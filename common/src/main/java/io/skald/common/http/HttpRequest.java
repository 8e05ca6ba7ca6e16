package io.skald.common.http;

import io.skald.common.trace.RequestTrace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A request whose body has arrived whole. Safe to hand to other threads. */
public final class HttpRequest {
  static final int SWITCHING_PROTOCOLS = 101;

  private final String method;
  private final String path;
  private final String pathParameter;
  private final Map<String, List<String>> parameters;
  private final Map<String, List<String>> headers;
  private final byte[] body;
  private final AtomicBoolean clientGone;
  private final AtomicReference<WebSocket.@Nullable Conversation> conversation;
  private final RequestTrace trace;

  HttpRequest(
      String method,
      String path,
      String pathParameter,
      Map<String, List<String>> parameters,
      Map<String, List<String>> headers,
      byte[] body,
      AtomicBoolean clientGone,
      AtomicReference<WebSocket.@Nullable Conversation> conversation,
      RequestTrace trace) {
    this.method = method;
    this.path = path;
    this.pathParameter = pathParameter;
    this.parameters = parameters;
    this.headers = headers;
    this.body = body;
    this.clientGone = clientGone;
    this.conversation = conversation;
    this.trace = trace;
  }

  /** Returns the trace that the request is part of. */
  public RequestTrace trace() {
    return trace;
  }

  public String method() {
    return method;
  }

  /** Returns the path without query string, as sent. */
  public String path() {
    return path;
  }

  /**
   * Returns the segments of the path, each decoded by itself.
   *
   * @throws HttpException 400 for a bad escape
   */
  public List<String> pathSegments() {
    return Arrays.stream(path.substring(1).split("/", -1))
        .map(segment -> UrlEncoding.decode(segment, false))
        .toList();
  }

  /** Returns the first path parameter of the route, decoded, or "". */
  public String pathParameter() {
    return pathParameter;
  }

  /** Returns the values of a parameter, query string before form, in the order as sent. */
  public List<String> parameters(String name) {
    return parameters.getOrDefault(name, List.of());
  }

  /** Returns the first value of a header in any case, or null. */
  public @Nullable String header(String name) {
    List<String> values = headers(name);
    return values.isEmpty() ? null : values.getFirst();
  }

  public List<String> headers(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
  }

  /** Returns the body as it came; for a form it has been read into the parameters as well. */
  public byte[] body() {
    return body;
  }

  /** Returns whether the client has closed the connection and nobody waits for the answer. */
  public boolean isClientGone() {
    return clientGone.get();
  }

  /** Returns whether the client asks for a WebSocket. */
  public boolean asksForWebSocket() {
    return "websocket".equalsIgnoreCase(header("Upgrade")) && header("Sec-WebSocket-Key") != null;
  }

  /** Returns the answer that makes the connection a WebSocket, over which is then spoken. */
  public HttpResponse upgrade(WebSocket.Conversation spoken) {
    conversation.set(spoken);
    return HttpResponse.empty(SWITCHING_PROTOCOLS);
  }

  static void add(Map<String, List<String>> map, String name, String value) {
    map.computeIfAbsent(name, _ -> new ArrayList<>(1)).add(value);
  }
}
