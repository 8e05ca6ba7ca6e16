package io.skald.storage.pattern;

import io.skald.common.pattern.PatternSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up samples of the same pattern and level. Confined to one thread. */
public final class PatternMerge {
  private final Map<Key, Samples> patterns = new HashMap<>();
  private long room;

  private record Key(String pattern, String level) {}

  /** Counts by time that may come in any order. */
  private static final class Samples {
    private static final int FIRST_CAPACITY = 8;

    private long[] seconds = new long[FIRST_CAPACITY];
    private long[] counts = new long[FIRST_CAPACITY];
    private int size;
    private boolean ascending = true;

    /** Returns by how many samples the room grew. */
    int add(long second, long count) {
      if (size > 0 && seconds[size - 1] == second) {
        counts[size - 1] += count;
        return 0;
      }
      int grown = size == seconds.length ? makeRoom() : 0;
      ascending &= size == 0 || second > seconds[size - 1];
      seconds[size] = second;
      counts[size++] = count;
      return grown;
    }

    /** Sorting pays when it frees half of the room: then it costs little per sample. */
    private int makeRoom() {
      int capacity = seconds.length;
      compact();
      if (size <= capacity / 2) {
        return 0;
      }
      seconds = Arrays.copyOf(seconds, 2 * capacity);
      counts = Arrays.copyOf(counts, 2 * capacity);
      return capacity;
    }

    /** Sorts, and adds up what belongs to the same time. */
    private void compact() {
      if (ascending) {
        return;
      }
      Integer[] order = new Integer[size];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, Comparator.comparingLong(i -> seconds[i]));
      long[] sortedSeconds = new long[seconds.length];
      long[] sortedCounts = new long[seconds.length];
      int last = -1;
      for (int i : order) {
        if (last < 0 || sortedSeconds[last] != seconds[i]) {
          sortedSeconds[++last] = seconds[i];
        }
        sortedCounts[last] += counts[i];
      }
      seconds = sortedSeconds;
      counts = sortedCounts;
      size = last + 1;
      ascending = true;
    }

    void addAll(Samples other) {
      for (int i = 0; i < other.size; i++) {
        add(other.seconds[i], other.counts[i]);
      }
    }

    PatternSamples build(Key key) {
      compact();
      return new PatternSamples(
          key.pattern, key.level, Arrays.copyOf(seconds, size), Arrays.copyOf(counts, size));
    }
  }

  /** Adds everything. */
  public void add(PatternSamples samples) {
    add(samples, Long.MIN_VALUE, Long.MAX_VALUE, 1);
  }

  /**
   * Adds the buckets that start in {@code [fromSeconds, throughSeconds]}.
   *
   * @param stepSeconds the starts are rounded down to a multiple of this
   */
  public void add(PatternSamples samples, long fromSeconds, long throughSeconds, long stepSeconds) {
    Samples target = null;
    for (int i = 0; i < samples.seconds().length; i++) {
      long second = samples.seconds()[i];
      if (second >= fromSeconds && second <= throughSeconds) {
        if (target == null) {
          Key key = new Key(samples.pattern(), samples.level());
          target = patterns.computeIfAbsent(key, _ -> newSamples());
        }
        long step = Math.floorDiv(second, stepSeconds) * stepSeconds;
        room += target.add(step, samples.counts()[i]);
      }
    }
  }

  private Samples newSamples() {
    room += Samples.FIRST_CAPACITY;
    return new Samples();
  }

  /** Returns about how many samples are held, so that a caller can set a limit. */
  public long size() {
    return room;
  }

  /** Returns the patterns, the most frequent first. */
  public List<PatternSamples> patterns() {
    return sorted(patterns);
  }

  /**
   * Returns the patterns, the most frequent first; those that differ only in numbers are one. So a
   * stream that always logs {@code zone=1} and one that always logs {@code zone=2} share {@code
   * zone=<_>}.
   */
  public List<PatternSamples> joined() {
    LineTokens tokens = new LineTokens(Integer.MAX_VALUE);
    Map<Key, List<Key>> alike = new LinkedHashMap<>();
    for (Key key : patterns.keySet()) {
      Key general = new Key(PatternText.withoutNumbers(key.pattern, tokens), key.level);
      alike.computeIfAbsent(general, _ -> new ArrayList<>(1)).add(key);
    }
    Map<Key, Samples> joined = new HashMap<>();
    alike.forEach((general, keys) -> {
      Key name = keys.size() == 1 ? keys.getFirst() : general;
      Samples all = joined.computeIfAbsent(name, _ -> new Samples());
      keys.forEach(key -> all.addAll(samples(key)));
    });
    return sorted(joined);
  }

  private Samples samples(Key key) {
    Samples samples = patterns.get(key);
    if (samples == null) {
      throw new IllegalStateException("no samples of " + key);
    }
    return samples;
  }

  private static List<PatternSamples> sorted(Map<Key, Samples> from) {
    List<PatternSamples> result = new ArrayList<>(from.size());
    from.forEach((key, samples) -> result.add(samples.build(key)));
    result.sort(
        Comparator.comparingLong(PatternSamples::total)
            .reversed()
            .thenComparing(PatternSamples::pattern)
            .thenComparing(PatternSamples::level));
    return result;
  }
}
