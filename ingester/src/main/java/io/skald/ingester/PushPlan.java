package io.skald.ingester;

import io.skald.common.block.EntryBatch;
import io.skald.common.ingest.EntryRejection;
import java.util.ArrayList;
import java.util.List;

/** One push after its entries were accepted or refused, and before they are appended. */
final class PushPlan {
  private final List<LiveStream> streams = new ArrayList<>();
  private final List<EntryBatch> batches = new ArrayList<>();
  private final List<EntryRejection> rejections = new ArrayList<>();
  private boolean appended;

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
    appended = true;
    long grown = 0;
    for (int i = 0; i < streams.size(); i++) {
      grown += streams.get(i).append(position, batches.get(i), nowNanos, mapping);
    }
    return grown;
  }

  /** Lets the streams go if the log did not take the push. */
  void abandonUnlessAppended() {
    if (!appended) {
      streams.forEach(LiveStream::abandonPending);
    }
  }
}
