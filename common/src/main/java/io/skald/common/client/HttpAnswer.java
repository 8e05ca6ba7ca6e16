package io.skald.common.client;

/**
 * A server's answer.
 *
 * @param firstLine the first line of the answer's body, at most 1 KiB, for the log
 * @param retryAfterSeconds from the header {@code Retry-After}; 0 if there was none
 */
public record HttpAnswer(int status, String firstLine, long retryAfterSeconds) {}
