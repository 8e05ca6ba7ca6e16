package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.Consumer;

/**
 * Streams by their labels, and their chunks by time. Thread-safe; every call sees one consistent
 * state.
 *
 * <p>Time ranges are nanoseconds, both ends inclusive; a range that ends before it starts is empty.
 * A stream counts only if one of its chunks overlaps the range. No matchers match every stream.
 * Every method throws {@link StorageException} when the index cannot be read or written.
 */
public interface LabelIndex extends AutoCloseable {
  /**
   * Makes chunks known and remembers how far the WAL is superfluous, both or neither; durable on
   * return. A chunk that is known already is replaced.
   *
   * @param flushedThrough for some streams a position in the WAL, greater for later records: every
   *     record of the stream up to and including it is in chunks that the index knows
   */
  void commit(TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough);

  /** Returns the position last committed for the stream. */
  OptionalLong flushedThrough(TenantId tenant, Fingerprint fingerprint);

  /** Hands every committed position to {@code visitor}, tenant by tenant. */
  void eachFlushed(Consumer<FlushedStream> visitor);

  /** Forgets positions below {@code position}: the WAL records they speak of are gone. */
  void forgetFlushedBefore(long position);

  /** Returns the matching streams in the order of their fingerprints. */
  List<IndexedStream> select(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the labels of the matching streams. */
  Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the label names of the matching streams. */
  SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the values that the label {@code name} has in the matching streams. */
  SortedSet<String> labelValues(
      TenantId tenant, String name, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Waits for running calls; later ones fail. */
  @Override
  void close();
}
