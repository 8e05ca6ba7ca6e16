package io.skald.agent;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts by a reason; written by one thread, read by any. */
final class ReasonCounters {
  /** Reasons are words of the program or of the configuration; a bound all the same. */
  private static final int MAX_REASONS = 1000;

  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  void increment(String reason) {
    LongAdder count = counts.get(reason);
    if (count == null && counts.size() < MAX_REASONS) {
      count = counts.computeIfAbsent(reason, _ -> new LongAdder());
    }
    if (count != null) {
      count.increment();
    }
  }

  Map<String, Long> counts() {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }
}
