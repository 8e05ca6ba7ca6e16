package io.skald.common.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a head must fulfil beyond its syntax (RFC 9112, sections 2.3, 3.2 and 6.1). */
final class RequestHeads {
  private RequestHeads() {}

  /** Returns the answer to a head that is not taken, or null. */
  static @Nullable HttpResponse refusal(HttpRequest head, int maxHeaders) {
    HttpHeaders headers = head.headers();
    if (headers.size() > maxHeaders) {
      return HttpResponse.error(
          431, "too many request header fields: " + headers.size() + ", max " + maxHeaders + "\n");
    }
    if (head.protocolVersion().majorVersion() != 1) {
      return HttpResponse.error(505, "only HTTP/1.1 and HTTP/1.0 are spoken here\n");
    }
    boolean isHttp10 = head.protocolVersion().equals(HttpVersion.HTTP_1_0);
    int hosts = headers.getAll(HttpHeaderNames.HOST).size();
    if (hosts > 1 || hosts == 0 && !isHttp10) {
      return HttpResponse.error(400, "a request needs the header Host once\n");
    }
    List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (codings.isEmpty()) {
      return null;
    }
    if (isHttp10) {
      return HttpResponse.error(400, "Transfer-Encoding needs HTTP/1.1\n");
    }
    return codings.size() == 1 && codings.getFirst().strip().equalsIgnoreCase("chunked")
        ? null
        : HttpResponse.error(501, "unsupported transfer encoding; only chunked is\n");
  }
}
