package io.skald.common.http;

import io.skald.common.trace.RequestTrace;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/** Hands requests to the handlers of a router, in the calling thread and without a connection. */
public final class DirectRequests {
  private DirectRequests() {}

  /**
   * Returns the answer to a POST of a route without parameters.
   *
   * @throws IllegalArgumentException if there is no such route
   */
  public static HttpResponse post(
      Router router, String path, Map<String, String> headers, byte[] body) {
    if (!(router.match("POST", path) instanceof Router.Match.Found(Router.Route route, String _))) {
      throw new IllegalArgumentException("there is no route for POST " + path);
    }
    Map<String, List<String>> sent = new HashMap<>();
    headers.forEach((name, value) -> sent.put(name.toLowerCase(Locale.ROOT), List.of(value)));
    HttpRequest request =
        new HttpRequest(
            "POST",
            path,
            "",
            Map.of(),
            sent,
            body,
            new AtomicBoolean(),
            new AtomicReference<>(),
            RequestTrace.NONE);
    try {
      return route.handler().handle(request);
    } catch (HttpException e) {
      return HttpResponse.error(e.status(), String.valueOf(e.getMessage()));
    }
  }
}
