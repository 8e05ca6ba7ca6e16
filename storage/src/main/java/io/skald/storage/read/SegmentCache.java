package io.skald.storage.read;

import io.skald.common.measure.CacheStatistics;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Stretches of packs, found by any part of them; the least recently used make room. Thread-safe.
 *
 * @param <P> what is kept of a stretch
 */
final class SegmentCache<P> {
  /**
   * Stretches overlap when a large one came behind small ones in it ({@link LineWindows#EXACT}).
   */
  private static final int TRIES = 2 * LineWindows.EXACT;

  private final long limitBytes;
  private final Consumer<P> evicted;

  // Guarded by this.
  private final Map<Segment<P>, Boolean> byUse = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, TreeMap<Long, Segment<P>>> byPack = new HashMap<>();
  private long bytes;
  private long hits;
  private long misses;
  private long evictions;

  /** A stretch; one is like no other. */
  static final class Segment<P> {
    final String key;
    final long offset;
    final int length;
    final P payload;

    Segment(String key, long offset, int length, P payload) {
      this.key = key;
      this.offset = offset;
      this.length = length;
      this.payload = payload;
    }

    boolean covers(long from, int count) {
      return offset <= from && from + count <= offset + length;
    }
  }

  /**
   * @param evicted gets what made room, under the lock
   */
  SegmentCache(long limitBytes, Consumer<P> evicted) {
    this.limitBytes = limitBytes;
    this.evicted = evicted;
  }

  /** Returns a stretch that covers the range, or null. */
  synchronized @Nullable Segment<P> find(String key, long offset, int length) {
    Segment<P> segment = lookUp(key, offset, length);
    if (segment == null) {
      misses++;
    } else {
      hits++;
    }
    return segment;
  }

  /** As {@link #find}, for one that has just missed: what came since makes a hit of that miss. */
  synchronized @Nullable Segment<P> findAgain(String key, long offset, int length) {
    Segment<P> segment = lookUp(key, offset, length);
    if (segment != null) {
      misses--;
      hits++;
    }
    return segment;
  }

  private @Nullable Segment<P> lookUp(String key, long offset, int length) {
    TreeMap<Long, Segment<P>> pack = byPack.get(key);
    if (pack == null) {
      return null;
    }
    Map.Entry<Long, Segment<P>> entry = pack.floorEntry(offset);
    for (int i = 0; entry != null && i < TRIES; i++) {
      Segment<P> segment = entry.getValue();
      if (segment.covers(offset, length)) {
        byUse.get(segment); // it is the latest now
        return segment;
      }
      entry = pack.lowerEntry(entry.getKey());
    }
    return null;
  }

  /**
   * Returns where the next stretch starts.
   *
   * @param from the first offset that counts
   * @param through what is returned if none starts before it
   * @param minLength shorter ones do not count
   */
  synchronized long nextStart(String key, long from, long through, int minLength) {
    TreeMap<Long, Segment<P>> pack = byPack.get(key);
    if (pack != null) {
      for (Segment<P> segment : pack.subMap(from, through).values()) {
        if (segment.length >= minLength) {
          return segment.offset;
        }
      }
    }
    return through;
  }

  /**
   * Returns where the stretch before ends.
   *
   * @param from what is returned if none ends behind it
   * @param through where it has to end
   * @param minLength shorter ones do not count
   */
  synchronized long lastEnd(String key, long from, long through, int minLength) {
    TreeMap<Long, Segment<P>> pack = byPack.get(key);
    if (pack != null) {
      for (Segment<P> segment : pack.headMap(through, false).descendingMap().values()) {
        long end = segment.offset + segment.length;
        if (end <= through && segment.length >= minLength) {
          return Math.max(from, end);
        }
      }
    }
    return from;
  }

  /** Keeps a stretch; a shorter one at the same offset makes place. */
  synchronized void add(Segment<P> segment) {
    if (segment.length > limitBytes) {
      evicted.accept(segment.payload);
      return;
    }
    Segment<P> before =
        byPack.computeIfAbsent(segment.key, _ -> new TreeMap<>()).put(segment.offset, segment);
    if (before != null) {
      byUse.remove(before);
      bytes -= before.length;
      evicted.accept(before.payload);
    }
    byUse.put(segment, true);
    bytes += segment.length;
    for (Iterator<Segment<P>> eldest = byUse.keySet().iterator(); bytes > limitBytes; ) {
      Segment<P> next = eldest.next();
      eldest.remove();
      forget(next);
      evictions++;
    }
  }

  synchronized void remove(Segment<P> segment) {
    if (byUse.remove(segment) != null) {
      forget(segment);
    }
  }

  private void forget(Segment<P> segment) {
    bytes -= segment.length;
    TreeMap<Long, Segment<P>> pack = byPack.get(segment.key);
    if (pack != null) {
      pack.remove(segment.offset, segment);
      if (pack.isEmpty()) {
        byPack.remove(segment.key);
      }
    }
    evicted.accept(segment.payload);
  }

  synchronized CacheStatistics statistics() {
    return new CacheStatistics(hits, misses, evictions, bytes, limitBytes);
  }
}
