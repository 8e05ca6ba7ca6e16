package io.skald.agent.source;

import io.skald.common.model.Labels;

/**
 * An entry on its way to the stages.
 *
 * @param labels without those that begin with two underscores, except the tenant's
 * @param timestampNanos or {@link SourceSink#TIME_OF_READING}
 * @param line not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // handed on once, compared never
public record SourceEntry(Labels labels, long timestampNanos, byte[] line, Labels metadata) {
  /** What an entry takes in memory beside its line, about. */
  private static final int OVERHEAD_BYTES = 96;

  long weight() {
    return line.length + OVERHEAD_BYTES;
  }
}
