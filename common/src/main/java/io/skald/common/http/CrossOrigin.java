package io.skald.common.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lets scripts of other origins read answers (Fetch Standard, section 3.2). Only origins that are
 * listed may send credentials; {@code *} lets everybody in without.
 *
 * @param origins like {@code https://grafana.example:3000}, or {@code *}; empty lets nobody in
 */
record CrossOrigin(List<String> origins) {
  private static final String ANY = "*";

  /** For how many seconds a browser may remember what a preflight was answered. */
  private static final String MAX_AGE = "600";

  /** Returns whether this asks if a request with {@code head}'s target may be sent. */
  boolean isPreflight(HttpRequest head) {
    return head.method().equals(HttpMethod.OPTIONS)
        && head.headers().contains(HttpHeaderNames.ACCESS_CONTROL_REQUEST_METHOD)
        && allowed(head) != null;
  }

  /**
   * @param methods of the path
   */
  HttpResponse preflight(HttpRequest head, List<String> methods) {
    HttpResponse response =
        HttpResponse.empty(204)
            .withHeader("Access-Control-Allow-Methods", String.join(", ", methods))
            .withHeader("Access-Control-Max-Age", MAX_AGE);
    String wanted = head.headers().get(HttpHeaderNames.ACCESS_CONTROL_REQUEST_HEADERS);
    return wanted == null ? response : response.withHeader("Access-Control-Allow-Headers", wanted);
  }

  /** Adds to the headers of an answer what lets the asking origin read it. */
  void allow(@Nullable HttpRequest head, HttpHeaders answer) {
    if (origins.isEmpty()) {
      return;
    }
    answer.add(HttpHeaderNames.VARY, HttpHeaderNames.ORIGIN);
    String origin = head == null ? null : allowed(head);
    if (origin != null) {
      answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      if (!origin.equals(ANY)) {
        answer.set(HttpHeaderNames.ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
      }
    }
  }

  /** Returns the origin to name in the answer, or null if the request's is none or not listed. */
  private @Nullable String allowed(HttpRequest head) {
    String origin = head.headers().get(HttpHeaderNames.ORIGIN);
    if (origin == null) {
      return null;
    }
    if (origins.contains(origin)) {
      return origin;
    }
    return origins.contains(ANY) ? ANY : null;
  }
}
