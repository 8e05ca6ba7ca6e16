package io.skald.storage.pattern;

import io.skald.common.pattern.PatternSamples;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The patterns of one stream as several ingesters mined them, each from its own copy of the lines.
 * Confined to one thread.
 *
 * <p>What one ingester counted is added up; of several, each time bucket is that of the one with
 * the most lines. So a copy that lacks lines, or has not answered, changes nothing as long as
 * another is whole, and no line counts once a copy. The texts of one bucket are those of one
 * ingester, and with equal copies all are: what ingesters call a pattern depends on the lines that
 * each has seen before.
 */
public final class PatternCopies {
  /** By name, so that the answer does not depend on who answered first. */
  private final Map<String, PatternMerge> copies = new TreeMap<>();

  /**
   * Adds the buckets that start in {@code [fromSeconds, throughSeconds]}.
   *
   * @param ingester whose copy it is
   */
  public void add(String ingester, PatternSamples samples, long fromSeconds, long throughSeconds) {
    copies
        .computeIfAbsent(ingester, _ -> new PatternMerge())
        .add(samples, fromSeconds, throughSeconds, 1);
  }

  /** Returns about how many samples are held, so that a caller can set a limit. */
  public long size() {
    return copies.values().stream().mapToLong(PatternMerge::size).sum();
  }

  /** One copy, and how many lines it has in all and by bucket. */
  private record Copy(List<PatternSamples> patterns, long total, Map<Long, Long> buckets) {
    static Copy of(PatternMerge merge) {
      List<PatternSamples> patterns = merge.patterns();
      Map<Long, Long> buckets = new HashMap<>();
      for (PatternSamples pattern : patterns) {
        for (int i = 0; i < pattern.seconds().length; i++) {
          buckets.merge(pattern.seconds()[i], pattern.counts()[i], Long::sum);
        }
      }
      return new Copy(patterns, patterns.stream().mapToLong(PatternSamples::total).sum(), buckets);
    }
  }

  /** Returns the patterns with each bucket from the copy that has most of it. */
  public List<PatternSamples> fullest() {
    List<Copy> fullestFirst = new ArrayList<>();
    copies.values().forEach(merge -> fullestFirst.add(Copy.of(merge)));
    // Stable: of equal ones the first by name.
    fullestFirst.sort(Comparator.comparingLong(Copy::total).reversed());
    Map<Long, Copy> chosen = new HashMap<>();
    for (Copy copy : fullestFirst) {
      copy.buckets.forEach((second, lines) ->
          chosen.merge(
              second,
              copy,
              (known, other) -> lines > known.buckets.getOrDefault(second, 0L) ? other : known));
    }
    List<PatternSamples> result = new ArrayList<>();
    for (Copy copy : fullestFirst) {
      for (PatternSamples pattern : copy.patterns) {
        PatternSamples own = only(pattern, chosen, copy);
        if (own.seconds().length > 0) {
          result.add(own);
        }
      }
    }
    return result;
  }

  private static PatternSamples only(PatternSamples pattern, Map<Long, Copy> chosen, Copy copy) {
    long[] seconds = new long[pattern.seconds().length];
    long[] counts = new long[seconds.length];
    int size = 0;
    for (int i = 0; i < seconds.length; i++) {
      if (chosen.get(pattern.seconds()[i]) == copy) {
        seconds[size] = pattern.seconds()[i];
        counts[size++] = pattern.counts()[i];
      }
    }
    return new PatternSamples(
        pattern.pattern(),
        pattern.level(),
        Arrays.copyOf(seconds, size),
        Arrays.copyOf(counts, size));
  }
}
