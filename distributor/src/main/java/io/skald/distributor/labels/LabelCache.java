package io.skald.distributor.labels;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.skald.common.measure.CacheStatistics;
import io.skald.common.push.LabelSyntaxException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what label text stands for, so that a known stream costs one look-up. Bounded by bytes.
 * Thread-safe.
 */
public final class LabelCache {
  /** Longer text is parsed every time: it is rare, and one entry must not push out many. */
  private static final int MAX_CACHED_TEXT = 16 << 10;

  /** What an entry costs next to its text: objects, hash table, bookkeeping. */
  private static final int ENTRY_OVERHEAD = 400;

  /** Key, labels and printed text hold the text about this many times. */
  private static final int COPIES = 4;

  private final long maxBytes;
  private final Cache<Key, StreamLabels> cache;

  /**
   * @param maxBytes about how much memory may be used
   */
  public LabelCache(long maxBytes) {
    this.maxBytes = maxBytes;
    cache =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((Key key, StreamLabels _) -> ENTRY_OVERHEAD + COPIES * key.length)
            .executor(Runnable::run)
            .recordStats()
            .build();
  }

  /**
   * Returns what the label text {@code area[start, start + length)} stands for.
   *
   * @param rules the same instance as long as the limits do not change
   * @throws LabelSyntaxException if the text cannot be parsed
   */
  public StreamLabels read(LabelRules rules, byte[] area, int start, int length) {
    if (length > MAX_CACHED_TEXT) {
      return StreamLabelsReader.read(rules, area, start, length);
    }
    Key key = new Key(rules, area, start, length);
    StreamLabels known = cache.getIfPresent(key);
    if (known != null) {
      return known;
    }
    StreamLabels labels = StreamLabelsReader.read(rules, area, start, length);
    cache.put(key.copy(), labels);
    return labels;
  }

  /** Returns what the cache has done. */
  public CacheStatistics statistics() {
    return CacheStatistics.of(cache, maxBytes);
  }

  /** Rules by identity, text by content. For a look-up it points into the request. */
  private static final class Key {
    private static final VarHandle LONGS =
        MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final LabelRules rules;
    private final byte[] area;
    private final int start;
    private final int length;
    private final int hash;

    Key(LabelRules rules, byte[] area, int start, int length) {
      this.rules = rules;
      this.area = area;
      this.start = start;
      this.length = length;
      this.hash = hash(System.identityHashCode(rules), area, start, start + length);
    }

    /** Eight bytes a step; the seed keeps a client from choosing texts that collide. */
    private static int hash(int seed, byte[] area, int start, int end) {
      long hash = (long) seed * 0x9E3779B97F4A7C15L;
      int i = start;
      for (; i + Long.BYTES <= end; i += Long.BYTES) {
        hash = mix(hash ^ (long) LONGS.get(area, i));
      }
      long rest = (long) end - start;
      for (; i < end; i++) {
        rest = (rest << 8) | (area[i] & 0xFF);
      }
      hash = mix(hash ^ rest);
      return (int) (hash ^ (hash >>> 32));
    }

    private static long mix(long value) {
      long product = value * 0xD6E8FEB86659FD93L;
      return product ^ (product >>> 32);
    }

    Key copy() {
      return new Key(rules, Arrays.copyOfRange(area, start, start + length), 0, length);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // one instance stands for one set of limits
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key
          && hash == key.hash
          && rules == key.rules
          && Arrays.equals(
              area, start, start + length, key.area, key.start, key.start + key.length);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }
}
