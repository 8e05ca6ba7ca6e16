package io.skald.agent.push;

import java.time.Duration;

/**
 * @param maxAttempts after which a batch is dropped; 0 for never
 * @param dropsRateLimited whether a batch is dropped at its first 429
 */
public record RetryPolicy(
    Duration minPause, Duration maxPause, int maxAttempts, boolean dropsRateLimited) {}
