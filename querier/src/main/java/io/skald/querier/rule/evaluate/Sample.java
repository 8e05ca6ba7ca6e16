package io.skald.querier.rule.evaluate;

import io.skald.common.model.Labels;

/**
 * A value of a series that a rule yields.
 *
 * @param labels of the series, its name among them
 */
public record Sample(Labels labels, long timestampMillis, double value) {}
