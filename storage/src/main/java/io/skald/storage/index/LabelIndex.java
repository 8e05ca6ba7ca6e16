package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Streams, labels and chunk references of all tenants. Time ranges are nanoseconds, both ends
 * inclusive. Methods throw {@link io.skald.common.block.StorageException} when the index cannot be
 * read or written.
 */
public interface LabelIndex extends AutoCloseable {
  /**
   * Makes chunks findable and remembers how far their streams are flushed: one atomic, durable write.
   * Committing the same chunk again changes nothing.
   *
   * @param flushedThrough by stream the WAL position up to which (inclusive) every record of the
   *     stream is in chunks that the index knows
   */
  void commit(
      TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough);

  /** Returns the position of {@link #commit}, or empty if the stream was never flushed. */
  OptionalLong flushedThrough(TenantId tenant, Fingerprint fingerprint);

  /** Forgets positions before {@code position}: no WAL segment that old is left. */
  void forgetFlushedBefore(long position);

  /** Returns the streams that match all matchers and have a chunk in the range. */
  List<IndexedStream> select(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the label sets of the streams that {@link #select} would return. */
  Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  @Override
  void close();
}
