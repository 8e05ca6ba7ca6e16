package io.skald.agent.source;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the entries of sources that listen, by kind of source ({@code syslog}) and word
 * ({@code entries}, {@code parsing_errors}, {@code empty_messages}, {@code dropped}). Thread-safe.
 */
public final class SourceCounters {
  private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

  /** Adds to a count; kind and word are of the program, so there are few. */
  public void add(String kind, String word, long count) {
    counts.computeIfAbsent(kind + "_" + word, _ -> new LongAdder()).add(count);
  }

  /** Returns all counts, like {@code syslog_entries}. */
  public Map<String, Long> counts() {
    Map<String, Long> sums = new TreeMap<>();
    counts.forEach((name, count) -> sums.put(name, count.sum()));
    return sums;
  }
}
