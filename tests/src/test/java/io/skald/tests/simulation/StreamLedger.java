package io.skald.tests.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** What was pushed to one stream, a line a timestamp, and what must be found of it. */
public final class StreamLedger {
  private final String name;
  private final TreeMap<Long, String> pushed = new TreeMap<>();
  private final TreeMap<Long, String> acknowledged = new TreeMap<>();
  private final List<Deletion> deletions = new ArrayList<>();

  /** A time whose entries may be gone, and must be for reads that begin later than a time. */
  private static final class Deletion {
    final long fromNanos;
    final long throughNanos;
    long goneNanos = Long.MAX_VALUE;

    Deletion(long fromNanos, long throughNanos) {
      this.fromNanos = fromNanos;
      this.throughNanos = throughNanos;
    }

    boolean holds(long timestampNanos) {
      return timestampNanos >= fromNanos && timestampNanos <= throughNanos;
    }
  }

  /**
   * @param name the value of its label {@code stream}
   */
  public StreamLedger(String name) {
    this.name = name;
  }

  @Override
  public String toString() {
    return name;
  }

  /** Returns a selector of this stream alone. */
  String selector() {
    return "{stream=\"" + name + "\"}";
  }

  /** Returns the wanted timestamp, or the next one that no line has. */
  long freeTimestamp(long wantedNanos) {
    long free = wantedNanos;
    while (pushed.containsKey(free)) {
      free++;
    }
    return free;
  }

  public void pushed(Map<Long, String> lines) {
    pushed.putAll(lines);
  }

  /** Returns the timestamps of what was pushed, in order; of the ledger, not to be changed. */
  public NavigableSet<Long> timestamps() {
    return Collections.unmodifiableNavigableSet(pushed.navigableKeySet());
  }

  public void acknowledged(Map<Long, String> lines) {
    acknowledged.putAll(lines);
  }

  int pushedCount() {
    return pushed.size();
  }

  public int acknowledgedCount() {
    return acknowledged.size();
  }

  /**
   * Returns what a read that begins now must find.
   *
   * @param throughNanos exclusive
   */
  public NavigableMap<Long, String> expected(long fromNanos, long throughNanos) {
    TreeMap<Long, String> expected =
        new TreeMap<>(acknowledged.subMap(fromNanos, true, throughNanos, false));
    expected.keySet().removeIf(this::isDeleted);
    return expected;
  }

  private boolean isDeleted(long timestampNanos) {
    return deletions.stream().anyMatch(deletion -> deletion.holds(timestampNanos));
  }

  /** Returns whether a read that began then must not find it. */
  private boolean isGone(long timestampNanos, long begunNanos) {
    return deletions.stream()
        .anyMatch(deletion -> deletion.holds(timestampNanos) && begunNanos > deletion.goneNanos);
  }

  /**
   * Notes that somebody asks to delete what lies between the times, both inclusive: from now on it
   * need not be found.
   *
   * @return to be run when that was granted, with the time from which on it must not be found
   */
  public LongConsumer delete(long fromNanos, long throughNanos) {
    Deletion deletion = new Deletion(fromNanos, throughNanos);
    deletions.add(deletion);
    return goneNanos -> deletion.goneNanos = goneNanos;
  }

  /**
   * Compares an answer with what was pushed.
   *
   * @param expected by {@link #expected} when the read began
   * @param begunNanos when that was
   * @param found in the order of the answer
   * @throws AssertionError if an entry is lost, invented, doubled, out of order, or has come back
   */
  public void check(
      Map<Long, String> expected, long begunNanos, List<Map.Entry<Long, String>> found) {
    long last = Long.MIN_VALUE;
    for (Map.Entry<Long, String> entry : found) {
      if (entry.getKey() <= last) {
        throw new AssertionError(
            (entry.getKey() == last ? "doubled in " : "out of order in ") + name + ": " + entry);
      }
      last = entry.getKey();
      if (!entry.getValue().equals(pushed.get(entry.getKey()))) {
        throw new AssertionError("invented in " + name + ": " + entry);
      }
      if (isGone(entry.getKey(), begunNanos)) {
        throw new AssertionError("deleted, but found in " + name + ": " + entry);
      }
    }
    TreeMap<Long, String> lost = new TreeMap<>(expected);
    found.forEach(entry -> lost.remove(entry.getKey()));
    // Asked for since: it may be gone.
    lost.keySet().removeIf(this::isDeleted);
    if (!lost.isEmpty()) {
      throw new AssertionError(
          "lost %d of %d in %s: %s"
              .formatted(
                  lost.size(), expected.size(), name, lost.entrySet().stream().limit(3).toList()));
    }
  }

  /**
   * As {@link #check} of how many entries an answer says there are from one time, inclusive,
   * through another, exclusive.
   *
   * @throws AssertionError if there must be more, or cannot be as many
   */
  public void checkCount(
      NavigableMap<Long, String> expected,
      long begunNanos,
      long fromNanos,
      long throughNanos,
      double counted) {
    long least =
        expected.subMap(fromNanos, true, throughNanos, false).keySet().stream()
            .filter(timestamp -> !isDeleted(timestamp))
            .count();
    long most =
        pushed.subMap(fromNanos, true, throughNanos, false).keySet().stream()
            .filter(timestamp -> !isGone(timestamp, begunNanos))
            .count();
    if (counted < least || counted > most) {
      throw new AssertionError(
          "%s entries counted in %s from %d to %d, where there are %d to %d"
              .formatted(counted, name, fromNanos, throughNanos, least, most));
    }
  }
}
