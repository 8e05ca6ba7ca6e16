package io.skald.ingester;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import io.skald.storage.wal.BatchFile;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which streams of which batches were stored, for the last batches of every sender. Thread-safe.
 *
 * <p>A client sends again only what it has no answer for, so the last batches of each are enough,
 * however long the client was away. Beside their number their age and the streams that a tenant has
 * in here are bounded: when there are more, the sender goes that was heard of the longest ago.
 */
final class SeenBatches {
  /** How long a sender that is gone is remembered: longer than a node takes to come back. */
  static final Duration MAX_AGE = Duration.ofHours(24);

  /** Most senders wait for each answer; some machines lose the notes of a few seconds. */
  static final int MAX_BATCHES_OF_SENDER = 64;

  /** A thousand senders with a hundred streams between them each; a few MB. */
  static final int MAX_STREAMS_OF_TENANT = 100_000;

  private final int maxStreamsOfTenant;

  // Guarded by this.
  private final Map<TenantId, Senders> tenants = new HashMap<>();
  private long changes;

  /** The senders of a tenant, the one heard of last at the end. */
  private static final class Senders {
    final LinkedHashMap<String, ArrayDeque<Batch>> byName = new LinkedHashMap<>(16, 0.75f, true);
    int streams;
  }

  private static final class Batch {
    final String name;
    final Set<Fingerprint> streams = new HashSet<>(4);
    long seenNanos;

    Batch(String name) {
      this.name = name;
    }
  }

  SeenBatches() {
    this(MAX_STREAMS_OF_TENANT);
  }

  SeenBatches(int maxStreamsOfTenant) {
    this.maxStreamsOfTenant = maxStreamsOfTenant;
  }

  /** Returns the streams of the batch that were stored; none of a batch that is not known. */
  synchronized Set<Fingerprint> stored(TenantId tenant, BatchKey key) {
    Batch batch = find(tenant, key);
    return batch == null ? Set.of() : Set.copyOf(batch.streams);
  }

  private @Nullable Batch find(TenantId tenant, BatchKey key) {
    Senders senders = tenants.get(tenant);
    ArrayDeque<Batch> batches = senders == null ? null : senders.byName.get(key.sender());
    return batches == null ? null : find(batches, key.batch());
  }

  private static @Nullable Batch find(ArrayDeque<Batch> batches, String name) {
    for (Iterator<Batch> newest = batches.descendingIterator(); newest.hasNext(); ) {
      Batch batch = newest.next();
      if (batch.name.equals(name)) {
        return batch;
      }
    }
    return null;
  }

  /** Notes that streams of a batch were stored. */
  synchronized void add(
      TenantId tenant, BatchKey key, Iterable<Fingerprint> streams, long nowNanos) {
    if (!streams.iterator().hasNext()) {
      return; // the number of streams bounds that of senders
    }
    Senders senders = tenants.computeIfAbsent(tenant, _ -> new Senders());
    ArrayDeque<Batch> batches =
        senders.byName.computeIfAbsent(key.sender(), _ -> new ArrayDeque<>(2));
    Batch batch = find(batches, key.batch());
    if (batch == null) {
      batch = new Batch(key.batch());
      batches.add(batch);
    }
    batch.seenNanos = nowNanos;
    for (Fingerprint stream : streams) {
      if (batch.streams.add(stream)) {
        senders.streams++;
      }
    }
    if (batches.size() > MAX_BATCHES_OF_SENDER) {
      senders.streams -= batches.remove().streams.size();
    }
    shrink(senders);
    changes++;
  }

  private void shrink(Senders senders) {
    Iterator<ArrayDeque<Batch>> oldestFirst = senders.byName.values().iterator();
    while (senders.streams > maxStreamsOfTenant && senders.byName.size() > 1) {
      oldestFirst.next().forEach(batch -> senders.streams -= batch.streams.size());
      oldestFirst.remove();
    }
    // A sender alone may keep its last batch, whatever its size: a push is bounded by itself.
    ArrayDeque<Batch> last = senders.byName.lastEntry().getValue();
    while (senders.streams > maxStreamsOfTenant && last.size() > 1) {
      senders.streams -= last.remove().streams.size();
    }
  }

  /** Forgets what is too old. */
  synchronized void expire(long nowNanos) {
    long oldest = nowNanos - MAX_AGE.toNanos();
    Iterator<Senders> all = tenants.values().iterator();
    while (all.hasNext()) {
      Senders senders = all.next();
      senders
          .byName
          .values()
          .removeIf(batches -> {
            while (!batches.isEmpty() && batches.getFirst().seenNanos < oldest) {
              senders.streams -= batches.remove().streams.size();
            }
            return batches.isEmpty();
          });
      if (senders.byName.isEmpty()) {
        all.remove();
      }
    }
  }

  /** Returns a number that is another one after every {@link #add}. */
  synchronized long changes() {
    return changes;
  }

  /** Returns everything; of each sender the oldest batch first, and senders by when they came. */
  synchronized List<BatchFile.Seen> all() {
    List<BatchFile.Seen> all = new ArrayList<>();
    tenants.forEach((tenant, senders) ->
        senders.byName.forEach((sender, batches) -> {
          for (Batch batch : batches) {
            all.add(
                new BatchFile.Seen(
                    tenant,
                    new BatchKey(sender, batch.name),
                    batch.seenNanos,
                    List.copyOf(batch.streams)));
          }
        }));
    return all;
  }
}
