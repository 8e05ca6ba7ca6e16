package io.skald.querier.source;

import io.skald.common.block.ReadRoom;
import io.skald.common.ingest.RecentData;
import io.skald.common.ingest.RecentPatterns;
import io.skald.common.ingest.RecentStreams;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.index.StreamIndex;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where streams are found: in the memory of ingesters, and by the index. A chunk that is flushed
 * while they are asked is in both, and its id tells so; it is never in neither.
 *
 * <p>Ranges of time are nanoseconds, both ends inclusive. Thread-safe.
 */
public interface StreamSources {
  /**
   * Returns the matching streams of a shard that have data in the range.
   *
   * @param room for as long as what is found is used
   * @throws io.skald.logql.engine.QueryException if too few ingesters answer
   */
  Found find(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos,
      ReadRoom room);

  /** Returns what the index alone lists of these streams, without asking an ingester. */
  List<IndexedStream> indexed(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns the labels of these. */
  Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns their patterns in memory, and what the index lists. */
  FoundPatterns patterns(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /** Returns whether an entry may stand in several parts because ingesters share streams. */
  boolean hasReplicas();

  /**
   * Streams.
   *
   * @param inMemory each stream once
   * @param indexed each stream once
   */
  record Found(List<RecentStream> inMemory, List<IndexedStream> indexed) {}

  /** Patterns of streams. */
  record FoundPatterns(RecentPatterns.Found inMemory, List<IndexedStream> indexed) {}

  /** Returns the sources of a process with one ingester and its index. */
  static StreamSources of(RecentStreams recent, RecentPatterns patterns, StreamIndex index) {
    return new StreamSources() {
      @Override
      public Found find(
          TenantId tenant,
          List<LabelMatcher> matchers,
          StreamShard shard,
          long from,
          long through,
          ReadRoom room) {
        // Memory first; the other order could miss a chunk in both.
        List<RecentStream> inMemory =
            recent.select(tenant, matchers, from, through).stream()
                .filter(stream -> shard.holds(stream.fingerprint()))
                .toList();
        return new Found(inMemory, index.select(tenant, matchers, shard, from, through));
      }

      @Override
      public List<IndexedStream> indexed(
          TenantId tenant, List<LabelMatcher> matchers, long from, long through) {
        return index.select(tenant, matchers, from, through);
      }

      @Override
      public Set<Labels> series(
          TenantId tenant, List<LabelMatcher> matchers, long from, long through) {
        Set<Labels> found = new HashSet<>();
        recent
            .select(tenant, matchers, from, through)
            .forEach(stream -> found.add(stream.labels()));
        found.addAll(index.series(tenant, matchers, from, through));
        return found;
      }

      @Override
      public FoundPatterns patterns(
          TenantId tenant, List<LabelMatcher> matchers, long from, long through) {
        RecentPatterns.Found inMemory = patterns.patterns(tenant, matchers, from, through);
        return new FoundPatterns(inMemory, index.select(tenant, matchers, from, through));
      }

      @Override
      public boolean hasReplicas() {
        return false;
      }
    };
  }

  /**
   * Returns the sources of a process whose ingesters are elsewhere.
   *
   * @param recent all of them
   * @param index what they share; what they have flushed lately need not be in it
   * @param beforeIndex called when ingesters have answered, before the index is asked
   */
  static StreamSources of(RecentData recent, StreamIndex index, Runnable beforeIndex) {
    return new RemoteSources(recent, index, beforeIndex);
  }
}
