package io.skald.common.http;

/**
 * A request and what was answered.
 *
 * @param route the path as registered, or {@link #OTHER}
 * @param method as sent, whatever that is; "" if the head could not be read
 * @param path as sent, without the query string; "" if the head could not be read
 * @param status 101 if the connection becomes a WebSocket
 * @param nanos from the head of the request to its answer; 0 if it was refused by its head
 * @param tenant what the header {@code X-Scope-OrgID} says, unchecked; "" without one
 * @param requestBytes of the body
 * @param responseBytes of the body, as it is sent
 * @param traceId the trace that it is part of, or ""
 */
public record AnsweredRequest(
    String route,
    String method,
    String path,
    int status,
    long nanos,
    String tenant,
    long requestBytes,
    long responseBytes,
    String traceId) {
  /** The route of a request that has none. */
  public static final String OTHER = "other";
}
