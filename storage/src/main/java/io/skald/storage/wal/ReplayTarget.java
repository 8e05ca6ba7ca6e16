package io.skald.storage.wal;

import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.TenantId;
import java.util.List;

/** Takes what a log holds when it is replayed. Called by one thread, in log order. */
public interface ReplayTarget {
  /** Takes a chunk of the checkpoint; all of them come before the first push. */
  void checkpoint(CheckpointChunk chunk);

  /** Takes one push; the batches' byte area is the target's to keep. */
  void push(long position, TenantId tenant, List<StreamBatch> batches);
}
