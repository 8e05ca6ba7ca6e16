package io.skald.querier.source;

/** A range of timestamps, both ends inclusive. */
public record TimeRange(long fromNanos, long throughNanos) {}
