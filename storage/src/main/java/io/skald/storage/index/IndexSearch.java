package io.skald.storage.index;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/** Answers the questions to an index from its days, wherever they lie. */
final class IndexSearch implements StreamIndex {
  /** Pack keys sort by time, and a pack holds its chunks in the order in which they were cut. */
  private static final Comparator<ChunkRef> FLUSHED =
      Comparator.comparing(ChunkRef::packKey).thenComparingLong(ChunkRef::offset);

  private final Days days;

  /** A stream and its chunks, in any order; those of several days are found in each. */
  private record Found(Labels labels, List<ChunkRef> chunks) {}

  /** Where the days of tenants are. */
  interface Days {
    /**
     * Visits the days of the range that exist, oldest first, then the wide chunks; all of one
     * state. The range is not empty.
     */
    void each(TenantId tenant, long fromNanos, long throughNanos, Visitor visitor);
  }

  /** Gets one day; it is closed behind the call. */
  interface Visitor {
    void visit(IndexDay day);
  }

  IndexSearch(Days days) {
    this.days = days;
  }

  @Override
  public List<IndexedStream> select(
      TenantId tenant,
      List<LabelMatcher> matchers,
      StreamShard shard,
      long fromNanos,
      long throughNanos) {
    TreeMap<Fingerprint, Found> streams = new TreeMap<>();
    eachDay(
        tenant,
        fromNanos,
        throughNanos,
        day ->
            day.eachMatching(
                matchers,
                stream -> {
                  if (!shard.holds(stream.fingerprint())) {
                    return;
                  }
                  List<ChunkRef> chunks = new ArrayList<>();
                  stream.addChunks(chunks);
                  if (!chunks.isEmpty()) {
                    Found found = streams.get(stream.fingerprint());
                    if (found == null) {
                      streams.put(stream.fingerprint(), new Found(stream.labels(), chunks));
                    } else {
                      found.chunks.addAll(chunks);
                    }
                  }
                }));
    List<IndexedStream> result = new ArrayList<>(streams.size());
    streams.forEach((fingerprint, found) ->
        result.add(new IndexedStream(fingerprint, found.labels, eachOnce(found.chunks))));
    return result;
  }

  /** Returns the chunks in the order in which they were flushed. */
  private static List<ChunkRef> eachOnce(List<ChunkRef> chunks) {
    if (chunks.size() == 1) {
      return List.of(chunks.getFirst()); // of most streams, for a query of some hours
    }
    SortedSet<ChunkRef> once = new TreeSet<>(FLUSHED);
    once.addAll(chunks);
    return List.copyOf(once);
  }

  @Override
  public Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> found = new HashSet<>();
    eachLive(tenant, matchers, fromNanos, throughNanos, found::add);
    return found;
  }

  @Override
  public SortedSet<String> labelNames(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    SortedSet<String> names = new TreeSet<>();
    if (matchers.isEmpty()) {
      eachDay(tenant, fromNanos, throughNanos, day -> day.addNames(names));
    } else {
      eachLive(
          tenant,
          matchers,
          fromNanos,
          throughNanos,
          labels -> names.addAll(labels.toMap().keySet()));
    }
    return names;
  }

  @Override
  public SortedSet<String> labelValues(
      TenantId tenant,
      String name,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos) {
    SortedSet<String> values = new TreeSet<>();
    if (matchers.isEmpty()) {
      eachDay(tenant, fromNanos, throughNanos, day -> day.addValues(name, values));
    } else {
      eachLive(
          tenant,
          matchers,
          fromNanos,
          throughNanos,
          labels -> {
            String value = labels.get(name);
            if (value != null) {
              values.add(value);
            }
          });
    }
    return values;
  }

  private void eachLive(
      TenantId tenant,
      List<LabelMatcher> matchers,
      long fromNanos,
      long throughNanos,
      Consumer<Labels> visitor) {
    Set<Fingerprint> seen = new HashSet<>();
    eachDay(
        tenant,
        fromNanos,
        throughNanos,
        day ->
            day.eachMatching(
                matchers,
                stream -> {
                  if (!seen.contains(stream.fingerprint()) && stream.isLive()) {
                    seen.add(stream.fingerprint());
                    visitor.accept(stream.labels());
                  }
                }));
  }

  private void eachDay(TenantId tenant, long fromNanos, long throughNanos, Visitor visitor) {
    if (fromNanos <= throughNanos) {
      days.each(tenant, fromNanos, throughNanos, visitor);
    }
  }
}
