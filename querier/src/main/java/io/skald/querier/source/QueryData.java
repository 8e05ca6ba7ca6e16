package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.LogSource;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.logql.engine.QueryStatistics;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything a querier can read: what ingesters hold and what the index lists. Thread-safe. */
public final class QueryData {
  private final StreamSources sources;
  private final ChunkReader reader;
  private final @Nullable DeletedEntries deleted;

  /**
   * @param deleted entries that queries leave out; null if nothing can be deleted
   */
  public QueryData(StreamSources sources, ChunkReader reader, @Nullable DeletedEntries deleted) {
    this.sources = sources;
    this.reader = reader;
    this.deleted = deleted;
  }

  /**
   * Returns the tenants' entries; what finding and reading them costs is added to {@code
   * statistics} and {@code reads}.
   */
  public LogSource entries(ReadTenants tenants, QueryStatistics statistics, ReadStatistics reads) {
    return entries(tenants, StreamShard.ALL, statistics, reads);
  }

  /** Returns the entries of a shard of each tenant's streams. */
  public LogSource entries(
      ReadTenants tenants, StreamShard shard, QueryStatistics statistics, ReadStatistics reads) {
    return tenants.federated()
        ? new FederatedLogSource(tenants, tenant -> entries(tenant, shard, statistics, reads))
        : entries(tenants.ids().getFirst(), shard, statistics, reads);
  }

  private LogSource entries(
      TenantId tenant, StreamShard shard, QueryStatistics statistics, ReadStatistics reads) {
    return new TenantLogSource(tenant, shard, sources, reader, deleted, statistics, reads);
  }

  /**
   * Returns the matching streams as the index lists them, for what a read will cost: what has just
   * come is missing, and nobody is asked for it.
   */
  public List<IndexedStream> indexed(
      ReadTenants tenants, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    List<LabelMatcher> rest = tenants.ofStreams(matchers);
    List<IndexedStream> found = new ArrayList<>();
    for (TenantId tenant : tenants.chosen(matchers)) {
      found.addAll(sources.indexed(tenant, rest, fromNanos, throughNanos));
    }
    return found;
  }

  /**
   * Returns what names the entries of ranges of time: with equal names, entries are equal. It is
   * empty where some of them are not stored yet, as there more may come to them.
   *
   * @param ranges at least one
   * @param room while they are named
   */
  public List<String> versions(
      ReadTenants tenants, List<LabelMatcher> matchers, List<TimeRange> ranges, ReadRoom room) {
    long from = ranges.stream().mapToLong(TimeRange::fromNanos).min().orElseThrow();
    long through = ranges.stream().mapToLong(TimeRange::throughNanos).max().orElseThrow();
    List<LabelMatcher> rest = tenants.ofStreams(matchers);
    DataVersions versions = new DataVersions(ranges);
    for (TenantId tenant : tenants.chosen(matchers)) {
      versions.add(
          tenant,
          deleted == null ? List.of() : deleted.pending(tenant),
          sources.find(tenant, rest, StreamShard.ALL, from, through, room));
    }
    return versions.names();
  }

  /**
   * Returns what is seen of a range of time now.
   *
   * @param room while it is looked at
   */
  public DataVersion version(
      ReadTenants tenants, List<LabelMatcher> matchers, TimeRange range, ReadRoom room) {
    DeletedEntries deletions = deleted;
    // First: what changes between the two is a change to whoever compares.
    List<Long> changes =
        deletions == null
            ? List.of()
            : tenants.chosen(matchers).stream().map(deletions::change).toList();
    return new DataVersion(versions(tenants, matchers, List.of(range), room).getFirst(), changes);
  }

  /** Returns what is left of entries that have just come; empty if all of them are deleted. */
  public List<BlockView> withoutDeleted(TenantId tenant, Labels stream, BlockView entries) {
    List<BlockView> all = List.of(entries);
    return deleted == null ? all : deleted.without(tenant, stream, all);
  }

  /**
   * Returns the parts of the matching streams that overlap the range, both ends inclusive, none if
   * it ends before it starts; no lines are read. What was pushed twice and lies in two parts is in
   * both.
   *
   * @param room for as long as they are used
   */
  public List<StreamPart> parts(
      ReadTenants tenants,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    List<LabelMatcher> rest = tenants.ofStreams(matchers);
    List<StreamPart> parts = new ArrayList<>();
    if (throughNanos < fromNanos) {
      return parts;
    }
    for (TenantId tenant : tenants.chosen(matchers)) {
      StreamSources.Found found =
          sources.find(tenant, rest, StreamShard.ALL, fromNanos, throughNanos, room);
      if (sources.hasReplicas()) {
        addOnce(tenants, tenant, found, fromNanos, throughNanos, room, parts);
        continue;
      }
      Set<Long> held = new HashSet<>();
      for (RecentStream stream : found.inMemory()) {
        Labels labels = tenants.shown(stream.labels(), tenant);
        for (int i = 0; i < stream.blocks().size(); i++) {
          held.add(stream.chunkIds().get(i));
          parts.add(ofMemory(labels, stream.chunkIds().get(i), stream.blocks().get(i)));
        }
      }
      for (IndexedStream stream : found.indexed()) {
        Labels labels = tenants.shown(stream.labels(), tenant);
        for (ChunkRef chunk : stream.chunks()) {
          if (!held.contains(chunk.chunkId())) {
            parts.add(ofChunk(labels, chunk, fromNanos, throughNanos));
          }
        }
      }
    }
    return parts;
  }

  /** Returns what of these parts lies between the times, both inclusive. */
  public List<StreamPart.Span> spans(
      ReadTenants tenants,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos,
      ReadRoom room) {
    return parts(tenants, matchers, fromNanos, throughNanos, room).stream()
        .map(part -> new StreamPart.Span(part, fromNanos, throughNanos))
        .toList();
  }

  /**
   * Adds the parts of streams that several ingesters hold, what is in two of them once. Parts that
   * overlap are opened for that; others are not. Blocks are counted as if they were chunks.
   */
  private void addOnce(
      ReadTenants tenants,
      TenantId tenant,
      StreamSources.Found found,
      long fromNanos,
      long throughNanos,
      ReadRoom room,
      List<StreamPart> parts) {
    QueryStatistics ignored = new QueryStatistics();
    TenantLogSource source =
        new TenantLogSource(
            tenant, StreamShard.ALL, sources, reader, null, ignored, new ReadStatistics());
    for (StreamBlocks stream : source.join(found, fromNanos, throughNanos, room)) {
      Labels labels = tenants.shown(stream.labels(), tenant);
      stream.blocks().forEach(block -> parts.add(ofMemory(labels, parts.size(), block)));
    }
  }

  private static StreamPart ofMemory(Labels labels, long chunkId, BlockView block) {
    return new StreamPart(
        labels,
        chunkId,
        block.minTimestamp(),
        block.maxTimestamp(),
        block.size(),
        block.lineBytes() + block.metadataBytes(),
        () -> List.of(block));
  }

  private StreamPart ofChunk(Labels labels, ChunkRef chunk, long fromNanos, long throughNanos) {
    return new StreamPart(
        labels,
        chunk.chunkId(),
        chunk.minTimestamp(),
        chunk.maxTimestamp(),
        chunk.entries(),
        chunk.lineBytes() + chunk.metadataBytes(),
        () -> reader.blocks(chunk, fromNanos, throughNanos, new ReadStatistics()));
  }

  /**
   * Returns the label sets of streams with data in {@code [fromNanos, throughNanos]}, none if it
   * ends before it starts.
   */
  public Set<Labels> series(
      ReadTenants tenants, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    List<LabelMatcher> rest = tenants.ofStreams(matchers);
    Set<Labels> found = new HashSet<>();
    if (throughNanos < fromNanos) {
      return found;
    }
    for (TenantId tenant : tenants.chosen(matchers)) {
      for (Labels labels : sources.series(tenant, rest, fromNanos, throughNanos)) {
        found.add(tenants.shown(labels, tenant));
      }
    }
    return found;
  }
}
