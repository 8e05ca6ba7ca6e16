package io.skald.agent.source;

import io.skald.agent.tail.LineSink;
import io.skald.common.model.Labels;

/** Takes lines that bring more with them than those of files. */
public interface SourceSink extends LineSink {
  /** Stands for the time of reading. */
  long TIME_OF_READING = Long.MIN_VALUE;

  /**
   * Takes one line of what {@link #begin} named.
   *
   * @param timestampNanos of the entry, or {@link #TIME_OF_READING}
   * @param buffer not to be kept
   * @param offset what the position before the line is made of
   */
  void entry(
      long timestampNanos, Labels metadata, byte[] buffer, int from, int length, long offset);
}
