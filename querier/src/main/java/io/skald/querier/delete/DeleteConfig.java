package io.skald.querier.delete;

import java.time.Duration;

/**
 * What is allowed for delete requests.
 *
 * @param cancelPeriod how long a request can be taken back without force
 * @param maxInterval the longest {@code max_interval} of a request with filters
 */
public record DeleteConfig(Duration cancelPeriod, Duration maxInterval) {}
