package io.skald.common.http;

/**
 * The connections of a server; all but the first count since its start.
 *
 * @param openConnections now
 * @param refusedConnections closed at once, as there were too many of all or of one address
 * @param failedHandshakes TLS handshakes that did not succeed
 * @param timedOutConnections cut because a request, an answer or the next request took too long
 */
public record HttpServerStatistics(
    long openConnections,
    long refusedConnections,
    long failedHandshakes,
    long timedOutConnections) {}
