package io.skald.logql.engine;

import io.skald.common.model.Labels;
import java.util.List;

/** What a query yields. Lists are in the order in which they are to be sent. */
public sealed interface QueryResult {
  /** Log lines, grouped by their labels; streams sorted by label text. */
  record Streams(List<Stream> streams) implements QueryResult {}

  /**
   * Entries in the direction of the query.
   *
   * @param labels the full label set; with categorised labels only the stream's own
   */
  record Stream(Labels labels, List<Entry> entries) {}

  /**
   * @param line the bytes, not necessarily valid UTF-8
   * @param structuredMetadata filled only with categorised labels
   * @param parsed filled only with categorised labels; error labels are here
   */
  record Entry(long timestampNanos, byte[] line, Labels structuredMetadata, Labels parsed) {}

  /** The answer of a range query; series without samples are absent. */
  record Matrix(List<Series> series) implements QueryResult {}

  /**
   * @param timestampsMillis ascending, parallel to {@code values}
   */
  record Series(Labels labels, long[] timestampsMillis, double[] values) {}

  /** The answer of an instant query. */
  record Vector(List<Sample> samples) implements QueryResult {}

  record Sample(Labels labels, long timestampMillis, double value) {}

  /** The answer of an instant query of literals only. */
  record Scalar(long timestampMillis, double value) implements QueryResult {}
}
