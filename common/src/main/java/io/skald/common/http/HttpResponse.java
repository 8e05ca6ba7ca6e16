package io.skald.common.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An answer.
 *
 * @param contentType "" sends none
 * @param headers further headers; names and values must not hold control characters
 * @param body segments that are sent one after the other; a large answer needs no single array
 */
public record HttpResponse(
    int status, String contentType, Map<String, String> headers, List<byte[]> body) {
  public static final String TEXT = "text/plain; charset=utf-8";
  public static final String JSON = "application/json; charset=UTF-8";

  public HttpResponse {
    headers = Map.copyOf(headers);
    body = List.copyOf(body);
    headers.forEach((name, value) -> {
      if (hasControl(name) || hasControl(value)) {
        throw new IllegalArgumentException("control character in header " + name);
      }
    });
  }

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(c -> c < ' ' || c == 0x7F);
  }

  public static HttpResponse of(int status, String contentType, byte[] body) {
    return new HttpResponse(status, contentType, Map.of(), List.of(body));
  }

  /** Returns plain text. */
  public static HttpResponse text(int status, String text) {
    return of(status, TEXT, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns an error: plain text that browsers do not guess about. */
  public static HttpResponse error(int status, String text) {
    return text(status, text).withHeader("X-Content-Type-Options", "nosniff");
  }

  /** Returns an answer without body and content type. */
  public static HttpResponse empty(int status) {
    return new HttpResponse(status, "", Map.of(), List.of());
  }

  public HttpResponse withHeader(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(headers);
    changed.put(name, value);
    return new HttpResponse(status, contentType, changed, body);
  }

  /** Returns the bytes of the body. */
  public long length() {
    return body.stream().mapToLong(segment -> segment.length).sum();
  }
}
