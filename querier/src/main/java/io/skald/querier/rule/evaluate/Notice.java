package io.skald.querier.rule.evaluate;

import io.skald.common.model.Labels;

/**
 * What is told of an alert that fires or has ceased.
 *
 * @param endsAtNanos when it has ceased, or when it shall be taken to have if nothing more is heard
 * @param expr the query of its rule
 */
public record Notice(
    Labels labels, Labels annotations, long startsAtNanos, long endsAtNanos, String expr) {}
