package io.skald.common.http;

/** Answers requests of a route; called on a virtual thread, may block. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * @throws HttpException for an answer that is an error
   */
  HttpResponse handle(HttpRequest request);
}
