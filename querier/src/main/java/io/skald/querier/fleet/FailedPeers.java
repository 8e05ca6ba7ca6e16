package io.skald.querier.fleet;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers which queriers failed, so that not every read tries a dead one again: it is left alone
 * for a while, each time for longer, until it answers. Thread-safe.
 */
final class FailedPeers {
  private static final Duration FIRST = Duration.ofSeconds(1);

  /** Short, as one that is back is idle as long. */
  private static final int MAX_DOUBLINGS = 4;

  /** Of members that have left since; more than a ring has. */
  private static final int MAX_REMEMBERED = 1000;

  private final Map<String, Failure> failures = new HashMap<>(); // guarded by this

  private record Failure(int times, long untilNanos) {}

  /** Leaves a querier alone; failures of reads that began before it is so are one. */
  synchronized void failed(String id, long nowNanos) {
    Failure before = failures.get(id);
    if (before != null && before.untilNanos - nowNanos > 0) {
      return;
    }
    if (failures.size() >= MAX_REMEMBERED) {
      failures.clear();
    }
    int times = before == null ? 0 : Math.min(before.times + 1, MAX_DOUBLINGS);
    failures.put(id, new Failure(times, nowNanos + (FIRST.toNanos() << times)));
  }

  synchronized void answered(String id) {
    failures.remove(id);
  }

  synchronized boolean isLeftAlone(String id, long nowNanos) {
    Failure failure = failures.get(id);
    return failure != null && failure.untilNanos - nowNanos > 0;
  }
}
