package io.skald.storage.wal;

import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes what a log holds when it is replayed. Called by one thread, in log order. */
public interface ReplayTarget {
  /** Takes a chunk of the checkpoint; all of them come before the first push. */
  void checkpoint(CheckpointChunk chunk);

  /**
   * Takes one push; the batches' byte area is the target's to keep.
   *
   * @param key under which it was stored
   */
  void push(long position, TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches);
}
