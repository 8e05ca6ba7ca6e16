package io.skald.logql.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The first N distinct entries, in the direction of the query, of all that were offered. The
 * outcome does not depend on the order of the offers. Thread-safe.
 */
final class FirstEntries {
  private final boolean forward;
  private final int limit;
  private final MemoryBudget budget;
  private final TreeSet<LogEntry> ordered; // guarded by this
  private final Map<LogEntry, LogEntry> distinct = new HashMap<>(); // guarded by this

  /** The time of the last entry once there are enough; volatile because scans read it unlocked. */
  private volatile long bound;

  FirstEntries(boolean forward, int limit, MemoryBudget budget) {
    this.forward = forward;
    this.limit = limit;
    this.budget = budget;
    this.ordered = new TreeSet<>(forward ? LogEntry.FORWARD : LogEntry.BACKWARD);
    this.bound = forward ? Long.MAX_VALUE : Long.MIN_VALUE;
  }

  /** Returns false if no entry at this time, or further on, can still get in. */
  boolean admits(long timestamp) {
    return forward ? timestamp <= bound : timestamp >= bound;
  }

  synchronized void offer(LogEntry entry) {
    if (ordered.size() == limit && ordered.comparator().compare(entry, ordered.last()) > 0) {
      return;
    }
    LogEntry same = distinct.get(entry);
    if (same != null) {
      if (ordered.comparator().compare(entry, same) >= 0) {
        return;
      }
      remove(same);
    }
    budget.take(entry.bytes());
    ordered.add(entry);
    distinct.put(entry, entry);
    if (ordered.size() > limit) {
      remove(ordered.last());
    }
    if (ordered.size() == limit) {
      bound = ordered.last().timestampNanos();
    }
  }

  private void remove(LogEntry entry) {
    ordered.remove(entry);
    distinct.remove(entry);
    budget.release(entry.bytes());
  }

  /** Returns the entries in the direction of the query. */
  synchronized List<LogEntry> inOrder() {
    return List.copyOf(ordered);
  }
}
