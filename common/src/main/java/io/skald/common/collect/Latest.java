package io.skald.common.collect;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Collections that forget what is oldest when they grow beyond a size. Not thread-safe. */
public final class Latest {
  private Latest() {}

  /** Returns a map that keeps the {@code max} entries that were read or written last. */
  public static <K, V> Map<K, V> used(int max) {
    return new Bounded<>(true, max);
  }

  /** Returns a set that keeps the {@code max} elements that were added last. */
  public static <T> Set<T> added(int max) {
    return Collections.newSetFromMap(new Bounded<T, Boolean>(false, max));
  }

  private static final class Bounded<K, V> extends LinkedHashMap<K, V> {
    private static final long serialVersionUID = 1L;

    private final int max;

    Bounded(boolean byUse, int max) {
      super(16, 0.75f, byUse);
      this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
      return size() > max;
    }
  }
}
