package io.skald.agent.push;

import java.time.Duration;

/**
 * @param maxAttempts after which a batch is dropped; 0 for never
 */
public record RetryPolicy(Duration minPause, Duration maxPause, int maxAttempts) {}
