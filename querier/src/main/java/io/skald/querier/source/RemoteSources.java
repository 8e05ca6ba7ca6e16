package io.skald.querier.source;

import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.RecentData;
import io.skald.common.ingest.RecentData.FlushedStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.ChunkRefBytes;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.index.StreamIndex;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Streams of ingesters elsewhere, and of an index that hears of their chunks later. */
final class RemoteSources implements StreamSources {
  private final RecentData recent;
  private final StreamIndex index;
  private final Runnable beforeIndex;

  RemoteSources(RecentData recent, StreamIndex index, Runnable beforeIndex) {
    this.recent = recent;
    this.index = index;
    this.beforeIndex = beforeIndex;
  }

  /** Returns the index, to be asked behind ingesters. */
  private StreamIndex index() {
    beforeIndex.run();
    return index;
  }

  @Override
  public Found find(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    RecentData.Holdings holdings =
        recent.select(tenant, matchers, shard, fromNanos, throughNanos, room);
    return new Found(
        holdings.inMemory(),
        together(
            holdings.flushed(), index().select(tenant, matchers, shard, fromNanos, throughNanos)));
  }

  @Override
  public List<IndexedStream> indexed(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    return index.select(tenant, matchers, fromNanos, throughNanos);
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> found = new HashSet<>(recent.series(tenant, matchers, fromNanos, throughNanos));
    found.addAll(index().series(tenant, matchers, fromNanos, throughNanos));
    return found;
  }

  @Override
  public FoundPatterns patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    RecentData.PatternHoldings holdings =
        recent.patterns(tenant, matchers, fromNanos, throughNanos);
    return new FoundPatterns(
        holdings.inMemory(),
        together(holdings.flushed(), index().select(tenant, matchers, fromNanos, throughNanos)));
  }

  @Override
  public boolean hasReplicas() {
    return true;
  }

  /** A stream's chunks from all sides, each once. */
  private record Stream(Labels labels, Map<Long, ChunkRef> chunks) {}

  private static List<IndexedStream> together(
      List<FlushedStream> flushed, List<IndexedStream> indexed) {
    if (flushed.isEmpty()) {
      return indexed;
    }
    Map<Fingerprint, Stream> streams = new LinkedHashMap<>();
    for (IndexedStream stream : indexed) {
      stream.chunks().forEach(chunk -> add(streams, stream.fingerprint(), stream.labels(), chunk));
    }
    for (FlushedStream stream : flushed) {
      for (byte[] reference : stream.chunks()) {
        add(streams, stream.fingerprint(), stream.labels(), ChunkRefBytes.read(reference));
      }
    }
    List<IndexedStream> result = new ArrayList<>(streams.size());
    streams.forEach((fingerprint, stream) ->
        result.add(
            new IndexedStream(fingerprint, stream.labels, List.copyOf(stream.chunks.values()))));
    return result;
  }

  /** What the index lists wins: a compactor may have moved a chunk since it was flushed. */
  private static void add(
      Map<Fingerprint, Stream> streams, Fingerprint fingerprint, Labels labels, ChunkRef chunk) {
    streams
        .computeIfAbsent(fingerprint, _ -> new Stream(labels, new LinkedHashMap<>()))
        .chunks
        .putIfAbsent(chunk.chunkId(), chunk);
  }
}
