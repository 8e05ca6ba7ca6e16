package io.skald.querier.tail;

import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * The lines that were sent last, to recognise those that come twice: in the history and then live,
 * or in a push that its client repeats. A line is known by 128 bits of hashes of its time, labels
 * and bytes.
 *
 * <p>Lines are kept in two generations. When the younger one is old or full it becomes the elder,
 * and the elder is forgotten: there are as many tails as clients like, each of them for an hour.
 */
final class SentLines {
  /** A push that is repeated comes again within this time. */
  private static final long GENERATION_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final int MAX_LINES = 10_000;
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private Generation younger = new Generation();
  private Generation elder = new Generation();
  private long sinceNanos = Long.MIN_VALUE;

  /**
   * Returns whether the line was not there yet, and keeps it.
   *
   * @param nowNanos a monotonic reading
   */
  boolean add(TailLine line, long nowNanos) {
    if (sinceNanos == Long.MIN_VALUE) {
      sinceNanos = nowNanos;
    }
    if (younger.size == MAX_LINES || nowNanos - sinceNanos >= GENERATION_NANOS) {
      elder = younger;
      younger = new Generation();
      sinceNanos = nowNanos;
    }
    long labels = line.labels().hashCode();
    labels = mixed(labels, line.entry().structuredMetadata());
    labels = mixed(labels, line.entry().parsed());
    long time = line.timestampNanos() * MULTIPLIER;
    long first = (labels ^ time) * MULTIPLIER;
    long second = hash(line.entry().line()) ^ Long.rotateLeft(time, 31);
    return !elder.contains(first, second) && younger.add(first, second);
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

  /** A set of pairs, open addressing with linear probing; a pair of zeros marks a free place. */
  private static final class Generation {
    private static final int FIRST_PLACES = 32;

    private long[] pairs = new long[2 * FIRST_PLACES];
    private int size;

    boolean contains(long first, long second) {
      int place = place(pairs, first, second);
      return pairs[place] == first && pairs[place + 1] == second;
    }

    /** Returns whether the pair was not there yet. */
    boolean add(long first, long second) {
      int place = place(pairs, first, second);
      if (pairs[place] == first && pairs[place + 1] == second) {
        return false;
      }
      pairs[place] = first;
      pairs[place + 1] = second;
      size++;
      if (4 * size > pairs.length) {
        grow();
      }
      return true;
    }

    private void grow() {
      long[] larger = new long[2 * pairs.length];
      for (int i = 0; i < pairs.length; i += 2) {
        if (pairs[i] != 0 || pairs[i + 1] != 0) {
          int place = place(larger, pairs[i], pairs[i + 1]);
          larger[place] = pairs[i];
          larger[place + 1] = pairs[i + 1];
        }
      }
      pairs = larger;
    }

    /** Returns where the pair stands, or the free place for it. */
    private static int place(long[] pairs, long first, long second) {
      int mask = pairs.length - 1;
      int place = (int) ((first ^ second) >>> 31) & mask & ~1;
      while ((pairs[place] != first || pairs[place + 1] != second)
          && (pairs[place] != 0 || pairs[place + 1] != 0)) {
        place = (place + 2) & mask;
      }
      return place;
    }
  }
}
