package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import java.util.ArrayList;
import java.util.List;

/** One push after its entries were accepted or refused, and before they are appended. */
final class PushPlan {
  private final List<LiveStream> streams = new ArrayList<>();
  private final List<EntryBatch> batches = new ArrayList<>();
  private final List<EntryRejection> rejections = new ArrayList<>();
  private int appended;

  /** Adds accepted entries; each stream at most once. */
  void add(LiveStream stream, EntryBatch entries) {
    streams.add(stream);
    batches.add(entries);
  }

  void reject(EntryRejection rejection) {
    rejections.add(rejection);
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  List<EntryRejection> rejections() {
    return rejections;
  }

  /** Returns the streams that get entries. */
  List<Fingerprint> fingerprints() {
    return streams.stream().map(LiveStream::fingerprint).toList();
  }

  long entries() {
    return batches.stream().mapToLong(EntryBatch::size).sum();
  }

  long lineBytes() {
    return batches.stream().mapToLong(EntryBatch::lineBytes).sum();
  }

  /**
   * Appends everything; called once, by the log's thread.
   *
   * @return by how many bytes the memory of the streams grew
   */
  long append(long position, long nowNanos, MetadataMapping mapping) {
    long grown = 0;
    while (appended < streams.size()) {
      int next = appended++;
      grown += streams.get(next).append(position, batches.get(next), nowNanos, mapping);
    }
    return grown;
  }

  /** Hands over what was appended. */
  void tell(TenantId tenant, LiveFeed feed) {
    for (int i = 0; i < streams.size(); i++) {
      feed.appended(tenant, streams.get(i).labels(), batches.get(i));
    }
  }

  /** Lets the streams go that got nothing, because the log did not take the push. */
  void abandonRest() {
    while (appended < streams.size()) {
      streams.get(appended++).abandonPending();
    }
  }
}
