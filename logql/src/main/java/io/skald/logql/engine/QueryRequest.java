package io.skald.logql.engine;

import io.skald.logql.syntax.Expr;

/**
 * A query and its parameters, validated by the caller as far as the HTTP contract says.
 *
 * @param startNanos first instant, inclusive; equal to {@code endNanos} for an instant query
 * @param endNanos log queries: exclusive; metric queries: inclusive
 * @param stepNanos distance of the steps of a range query; 0 makes it an instant query. The caller
 *     has aligned start and end to it
 * @param intervalNanos log queries: least distance of two entries that are kept; 0 keeps all
 * @param limit log queries: the most entries in the answer, at least 1
 * @param categorizeLabels whether stream, metadata and parsed labels are returned apart
 */
public record QueryRequest(
    Expr expression,
    long startNanos,
    long endNanos,
    long stepNanos,
    long intervalNanos,
    int limit,
    boolean forward,
    boolean categorizeLabels) {
  /** Returns the same for another range of time. */
  QueryRequest between(long from, long end) {
    return new QueryRequest(
        expression, from, end, stepNanos, intervalNanos, limit, forward, categorizeLabels);
  }

  /** Returns the same for fewer entries. */
  QueryRequest withLimit(int entries) {
    return new QueryRequest(
        expression,
        startNanos,
        endNanos,
        stepNanos,
        intervalNanos,
        entries,
        forward,
        categorizeLabels);
  }

  public boolean isInstant() {
    return stepNanos == 0;
  }
}
