package io.skald.querier.tail;

import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The lines that were sent last, to recognise those that come twice: in the history and then live,
 * or in a push that its client repeats. A line is known by its time and hashes of its labels and
 * bytes, 128 bits beside the time.
 */
final class SentLines {
  private static final int MAX_LINES = 20_000;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private final Set<Key> keys = new LinkedHashSet<>();

  private record Key(long timestampNanos, long labels, long line) {}

  /** Returns whether the line was not there yet, and keeps it. */
  boolean add(TailLine line) {
    long labels = line.labels().hashCode();
    labels = mixed(labels, line.entry().structuredMetadata());
    labels = mixed(labels, line.entry().parsed());
    if (!keys.add(new Key(line.timestampNanos(), labels, hash(line.entry().line())))) {
      return false;
    }
    if (keys.size() > MAX_LINES) {
      Iterator<Key> oldest = keys.iterator();
      oldest.next();
      oldest.remove();
    }
    return true;
  }

  private static long mixed(long hash, Labels labels) {
    return hash * MULTIPLIER + labels.hashCode();
  }

  private static long hash(byte[] line) {
    long hash = Arrays.hashCode(line);
    for (byte b : line) {
      hash = (hash ^ b) * MULTIPLIER;
      hash ^= hash >>> 29;
    }
    return hash;
  }
}
