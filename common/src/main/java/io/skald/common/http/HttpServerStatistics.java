package io.skald.common.http;

/**
 * The connections and requests of a server. What is so now: open connections and WebSockets,
 * running requests, bytes of bodies; all others count since its start.
 *
 * @param openConnections now
 * @param refusedConnections closed at once, as there were too many of all or of one address
 * @param failedHandshakes TLS handshakes that did not succeed
 * @param timedOutConnections cut because a request, an answer or the next request took too long
 * @param runningRequests being answered
 * @param openWebSockets connections that are WebSockets now, among the open ones
 * @param openedWebSockets connections that became WebSockets
 * @param bodyBytes memory of request bodies
 */
public record HttpServerStatistics(
    long openConnections,
    long refusedConnections,
    long failedHandshakes,
    long timedOutConnections,
    int runningRequests,
    int openWebSockets,
    long openedWebSockets,
    long bodyBytes) {}
