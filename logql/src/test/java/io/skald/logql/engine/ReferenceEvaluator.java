package io.skald.logql.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Range functions step by step, entry by entry, straight from their definition: slow and obvious,
 * to compare the engine with.
 */
final class ReferenceEvaluator {
  /**
   * @param value null when the line has none
   */
  record Entry(long timestampNanos, String group, int bytes, @Nullable Double value) {}

  private final List<Entry> entries;
  private final double rangeSeconds;
  private final long rangeNanos;
  private final long offsetNanos;

  /**
   * @param entries in the order of time; ties in the order of streams and arrival
   */
  ReferenceEvaluator(List<Entry> entries, long rangeNanos, long offsetNanos) {
    this.entries = entries;
    this.rangeNanos = rangeNanos;
    this.rangeSeconds = rangeNanos / 1e9;
    this.offsetNanos = offsetNanos;
  }

  /** Returns the value of each group that has one at this instant. */
  TreeMap<String, Double> evaluate(String function, long timestampNanos) {
    TreeMap<String, List<Entry>> groups = new TreeMap<>();
    for (Entry entry : entries) {
      long through = timestampNanos - offsetNanos;
      boolean inWindow =
          entry.timestampNanos() <= through && entry.timestampNanos() > through - rangeNanos;
      boolean counted = !isUnwrapped(function) || entry.value() != null;
      if (inWindow && counted) {
        groups.computeIfAbsent(entry.group(), _ -> new ArrayList<>()).add(entry);
      }
    }
    TreeMap<String, Double> result = new TreeMap<>();
    groups.forEach((group, window) -> result.put(group, of(function).apply(window)));
    return result;
  }

  static boolean isUnwrapped(String function) {
    return !List.of("count_over_time", "rate", "bytes_over_time", "bytes_rate").contains(function);
  }

  private Function<List<Entry>, Double> of(String function) {
    return switch (function) {
      case "count_over_time" -> window -> (double) window.size();
      case "rate" -> window -> window.size() / rangeSeconds;
      case "bytes_over_time" -> window -> bytes(window);
      case "bytes_rate" -> window -> bytes(window) / rangeSeconds;
      case "sum_over_time" -> window -> Arrays.stream(values(window)).sum();
      case "avg_over_time" -> window -> mean(values(window));
      case "min_over_time" -> window -> Arrays.stream(values(window)).min().orElseThrow();
      case "max_over_time" -> window -> Arrays.stream(values(window)).max().orElseThrow();
      case "first_over_time" -> window -> values(window)[0];
      case "last_over_time" -> window -> values(window)[window.size() - 1];
      case "stdvar_over_time" -> window -> variance(values(window));
      case "stddev_over_time" -> window -> Math.sqrt(variance(values(window)));
      case "quantile_over_time" -> window -> quantile(values(window));
      default -> throw new IllegalArgumentException(function);
    };
  }

  private static double bytes(List<Entry> window) {
    return window.stream().mapToInt(Entry::bytes).sum();
  }

  private static double[] values(List<Entry> window) {
    return window.stream().map(Entry::value).mapToDouble(value -> value).toArray();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length;
  }

  /** The 0.75-quantile, linearly interpolated. */
  private static double quantile(double[] values) {
    Arrays.sort(values);
    double rank = 0.75 * (values.length - 1);
    double below = values[(int) Math.floor(rank)];
    double above = values[(int) Math.ceil(rank)];
    return below + (above - below) * (rank - Math.floor(rank));
  }
}
