package io.skald.server;

import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.ingest.RecentData;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.ingester.Ingester;
import io.skald.storage.index.ChunkRefBytes;
import io.skald.storage.index.StreamIndex;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the ingester of this process has in memory, and what it has flushed by its own index. */
public final class IngesterHoldings implements RecentData {
  private static final int UNAVAILABLE = 503;

  private final Ingester ingester;
  private final StreamIndex index;

  public IngesterHoldings(Ingester ingester, StreamIndex index) {
    this.ingester = ingester;
    this.index = index;
  }

  @Override
  public Holdings select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    requireReadable();
    // Memory first: a chunk that is flushed in between is then in both, not in neither.
    List<RecentStream> inMemory =
        ingester.select(tenant, matchers, fromNanos, throughNanos).stream()
            .filter(stream -> shard.holds(stream.fingerprint()))
            .toList();
    return new Holdings(inMemory, flushed(tenant, matchers, shard, fromNanos, throughNanos));
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    requireReadable();
    Set<Labels> found = new HashSet<>();
    ingester
        .select(tenant, matchers, fromNanos, throughNanos)
        .forEach(stream -> found.add(stream.labels()));
    found.addAll(index.series(tenant, matchers, fromNanos, throughNanos));
    return found;
  }

  @Override
  public PatternHoldings patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    requireReadable();
    RecentPatterns.Found inMemory = ingester.patterns(tenant, matchers, fromNanos, throughNanos);
    return new PatternHoldings(
        inMemory, flushed(tenant, matchers, StreamShard.ALL, fromNanos, throughNanos));
  }

  private List<FlushedStream> flushed(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos) {
    return index.select(tenant, matchers, shard, fromNanos, throughNanos).stream()
        .map(stream ->
            new FlushedStream(
                stream.fingerprint(),
                stream.labels(),
                stream.chunks().stream().map(ChunkRefBytes::of).toList()))
        .toList();
  }

  private void requireReadable() {
    if (!ingester.isReadable()) {
      throw new IngestUnavailableException(UNAVAILABLE, "the ingester replays its WAL");
    }
  }
}
