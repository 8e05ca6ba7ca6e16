package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * Streams by their labels, and their chunks by time. Thread-safe; every call sees one consistent
 * state.
 *
 * <p>Time ranges are nanoseconds, both ends inclusive; a range that ends before it starts is empty.
 * A stream counts only if one of its chunks overlaps the range. No matchers match every stream.
 * Every method throws {@link StorageException} when the index cannot be read.
 */
public interface StreamIndex {
  /** Returns the matching streams in the order of their fingerprints. */
  default List<IndexedStream> select(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return select(tenant, matchers, StreamShard.ALL, fromNanos, throughNanos);
  }

  /** Returns those of a shard, for the price of finding these. */
  List<IndexedStream> select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos);

  /** Returns the labels of the matching streams. */
  Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the label names of the matching streams. */
  SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the values that the label {@code name} has in the matching streams. */
  SortedSet<String> labelValues(
      TenantId tenant, String name, List<LabelMatcher> matchers, long fromNanos, long throughNanos);
}
