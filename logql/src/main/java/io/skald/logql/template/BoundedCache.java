package io.skald.logql.template;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What a template has made of its texts: compiled regular expressions, cut time layouts. The keys
 * are mostly the literals of the template; texts made at run time are kept only while there is
 * room. Thread-safe.
 *
 * @param <V> immutable
 */
final class BoundedCache<V> {
  /** A template with more texts than this makes the others each time. */
  static final int MAX_ENTRIES = 64;

  private final ConcurrentMap<String, V> values = new ConcurrentHashMap<>();
  private final Loader<V> loader;

  interface Loader<V> {
    V load(String key) throws FunctionException;
  }

  BoundedCache(Loader<V> loader) {
    this.loader = loader;
  }

  V get(String key) throws FunctionException {
    V known = values.get(key);
    if (known != null) {
      return known;
    }
    V loaded = loader.load(key);
    // Two threads may both find room for the last entry: the bound is not exact.
    if (values.size() < MAX_ENTRIES) {
      values.put(key, loaded);
    }
    return loaded;
  }

  int size() {
    return values.size();
  }
}
