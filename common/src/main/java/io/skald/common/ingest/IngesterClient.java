package io.skald.common.ingest;

import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The write side of one ingester. */
public interface IngesterClient {
  /**
   * Stores the batches. Blocks (call it from a virtual thread) until every accepted entry is in a
   * WAL that has been fsynced and is visible to queries.
   *
   * @param key if the same push may be sent several times: streams of it that are stored already
   *     are left out
   * @return what was refused, in the order of the batches; empty when everything was taken
   * @throws IngestUnavailableException if nothing was stored: the ingester is starting, stopping,
   *     overloaded, or its WAL cannot be written
   */
  List<EntryRejection> push(TenantId tenant, @Nullable BatchKey key, List<StreamBatch> batches);

  /** As {@link #push(TenantId, BatchKey, List)}, of what nobody sends again under a key. */
  default List<EntryRejection> push(TenantId tenant, List<StreamBatch> batches) {
    return push(tenant, null, batches);
  }
}
