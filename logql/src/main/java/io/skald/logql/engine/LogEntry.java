package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * An entry that may be part of the answer of a log query.
 *
 * @param stream number of its stream in the order of label texts
 * @param arrival number of its block among the blocks of its stream
 * @param index its number in the block
 * @param labels what it is grouped by in the answer: all labels, or the stream's own when they are
 *     categorised
 * @param metadata empty unless labels are categorised, as is {@code parsed}
 */
record LogEntry(
    long timestampNanos,
    int stream,
    int arrival,
    int index,
    Labels labels,
    Labels metadata,
    Labels parsed,
    byte[] line) {
  /** The order of a forward answer: by time, then streams by label text, then arrival. */
  static final Comparator<LogEntry> FORWARD =
      Comparator.comparingLong(LogEntry::timestampNanos)
          .thenComparingInt(LogEntry::stream)
          .thenComparingInt(LogEntry::arrival)
          .thenComparingInt(LogEntry::index);

  /** The order of a backward answer: the latest first, in everything but the streams. */
  static final Comparator<LogEntry> BACKWARD =
      Comparator.comparingLong(LogEntry::timestampNanos)
          .reversed()
          .thenComparingInt(LogEntry::stream)
          .thenComparing(
              Comparator.comparingInt(LogEntry::arrival)
                  .thenComparingInt(LogEntry::index)
                  .reversed());

  /** What an instance takes beyond its line and labels, with its places in the result. */
  private static final int OVERHEAD_BYTES = 160;

  /** Returns the same under another number of its stream. */
  LogEntry ofStream(int number) {
    return new LogEntry(timestampNanos, number, arrival, index, labels, metadata, parsed, line);
  }

  /** What an entry takes, for the memory budget; parsed labels may repeat most of a line. */
  long bytes() {
    return OVERHEAD_BYTES
        + line.length
        + LabelText.bytes(labels)
        + LabelText.bytes(metadata)
        + LabelText.bytes(parsed);
  }

  /**
   * Two entries are equal when an answer cannot tell them apart: such entries collapse into one,
   * even if their stored lines differed.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof LogEntry entry
        && timestampNanos == entry.timestampNanos
        && labels.equals(entry.labels)
        && metadata.equals(entry.metadata)
        && parsed.equals(entry.parsed)
        && Arrays.equals(line, entry.line);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Long.hashCode(timestampNanos) + labels.hashCode()) + Arrays.hashCode(line);
  }
}
