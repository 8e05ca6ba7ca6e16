package io.skald.querier.tail;

import io.skald.common.model.Labels;
import io.skald.logql.engine.QueryResult;

/** An entry of an answer, with the labels that its stream has there. */
public record TailLine(Labels labels, QueryResult.Entry entry) {
  /** What an instance takes beyond its line, roughly. */
  private static final int OVERHEAD_BYTES = 256;

  long timestampNanos() {
    return entry.timestampNanos();
  }

  long bytes() {
    return OVERHEAD_BYTES + entry.line().length;
  }
}
