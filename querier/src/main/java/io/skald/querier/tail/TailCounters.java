package io.skald.querier.tail;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What the tails of a process have done. Thread-safe. */
public final class TailCounters {
  final AtomicInteger open = new AtomicInteger();
  final LongAdder sent = new LongAdder();
  final LongAdder dropped = new LongAdder();

  /** Returns how many tails are open. */
  public int open() {
    return open.get();
  }

  /** Returns how many lines were sent. */
  public long sentLines() {
    return sent.sum();
  }

  /** Returns how many lines were not sent because their client was behind. */
  public long droppedLines() {
    return dropped.sum();
  }
}
