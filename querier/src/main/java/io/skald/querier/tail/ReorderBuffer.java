package io.skald.querier.tail;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Holds lines back for a while, so that those of several streams come out by time. When the time of
 * a line is over, it comes out, and before it every older one that is there.
 */
final class ReorderBuffer {
  private static final long MAX_BYTES = 16 << 20;

  private final long delayNanos;
  private final Deque<Held> byArrival = new ArrayDeque<>();
  private final PriorityQueue<Held> byTime =
      new PriorityQueue<>(
          Comparator.comparingLong((Held held) -> held.line.timestampNanos())
              .thenComparingLong(held -> held.number));
  private long number;
  private long heldBytes;

  private static final class Held {
    final TailLine line;
    final long number;
    final long dueNanos;
    boolean released;

    Held(TailLine line, long number, long dueNanos) {
      this.line = line;
      this.number = number;
      this.dueNanos = dueNanos;
    }
  }

  ReorderBuffer(long delayNanos) {
    this.delayNanos = delayNanos;
  }

  void add(TailLine line, long nowNanos) {
    Held held = new Held(line, number++, nowNanos + delayNanos);
    byArrival.add(held);
    byTime.add(held);
    heldBytes += line.bytes();
  }

  /** Returns the lines whose time is over, oldest first; more, if there are too many to hold. */
  List<TailLine> due(long nowNanos) {
    List<TailLine> due = new ArrayList<>();
    while (!byArrival.isEmpty()) {
      Held first = byArrival.peek();
      if (!first.released && first.dueNanos - nowNanos > 0 && heldBytes <= MAX_BYTES) {
        break;
      }
      byArrival.remove();
      while (!first.released) {
        Held oldest = byTime.remove();
        oldest.released = true;
        heldBytes -= oldest.line.bytes();
        due.add(oldest.line);
      }
    }
    return due;
  }

  boolean isEmpty() {
    return byTime.isEmpty();
  }
}
