package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The index that an ingester writes. Thread-safe. Every method throws {@link StorageException} when
 * the index cannot be read or written.
 */
public interface LabelIndex extends StreamIndex, AutoCloseable {
  /**
   * Makes chunks known and remembers how far the WAL is superfluous, both or neither; durable on
   * return. A chunk that is known already is replaced.
   *
   * @param flushedThrough for some streams a position in the WAL, greater for later records: every
   *     record of the stream up to and including it is in chunks that the index knows
   */
  void commit(TenantId tenant, List<IndexedChunk> chunks, Map<Fingerprint, Long> flushedThrough);

  /**
   * Sends what could not be sent to where other processes read the index; never throws because of
   * the object store.
   *
   * @return whether everything is there: if not, what was flushed is found on this machine only
   */
  default boolean settle() {
    return true;
  }

  /** Returns the position last committed for the stream. */
  OptionalLong flushedThrough(TenantId tenant, Fingerprint fingerprint);

  /** Hands every committed position to {@code visitor}, tenant by tenant. */
  void eachFlushed(Consumer<FlushedStream> visitor);

  /** Forgets positions below {@code position}: the WAL records they speak of are gone. */
  void forgetFlushedBefore(long position);

  /** Waits for running calls; later ones fail. */
  @Override
  void close();
}
