package io.skald.common.ingest;

import io.skald.common.model.TenantId;
import java.util.List;

/** The write side of one ingester. */
public interface IngesterClient {
  /**
   * Stores the batches. Blocks (call it from a virtual thread) until every accepted entry is in a
   * WAL that has been fsynced and is visible to queries.
   *
   * @return what was refused, in the order of the batches; empty when everything was taken
   * @throws IngestUnavailableException if nothing was stored: the ingester is starting, stopping,
   *     overloaded, or its WAL cannot be written
   */
  List<EntryRejection> push(TenantId tenant, List<StreamBatch> batches);
}
