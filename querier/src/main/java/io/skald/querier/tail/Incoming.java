package io.skald.querier.tail;

import io.skald.common.block.BlockView;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Entries that have come and were not looked at yet. Bounded: what does not fit is counted and
 * forgotten, the log's thread never waits. Thread-safe.
 */
final class Incoming implements LiveEntries.Sink {
  private static final long MAX_BYTES = 16 << 20;

  /** What an entry takes beside its line. */
  private static final int ENTRY_BYTES = 24;

  /** What a push to a stream takes beside its entries. */
  private static final int ARRIVAL_BYTES = 256;

  /** Entries of one push to one stream. */
  record Arrival(Labels stream, BlockView entries) {}

  private List<Arrival> arrivals = new ArrayList<>(); // guarded by this
  private List<TailMessage.Dropped> dropped = new ArrayList<>(); // guarded by this
  private long droppedCount; // guarded by this
  private long heldBytes; // guarded by this

  /** What was put aside since the last time. */
  record Taken(List<Arrival> arrivals, List<TailMessage.Dropped> dropped, long droppedCount) {}

  @Override
  public synchronized void take(Labels stream, BlockView entries) {
    long bytes = ARRIVAL_BYTES + entries.lineBytes() + (long) ENTRY_BYTES * entries.size();
    if (heldBytes + bytes > MAX_BYTES && !arrivals.isEmpty()) {
      droppedCount += entries.size();
      for (int i = 0; i < entries.size() && dropped.size() < Tail.MAX_DROPPED_NAMED; i++) {
        dropped.add(new TailMessage.Dropped(entries.timestamps()[i], stream));
      }
      return;
    }
    heldBytes += bytes;
    arrivals.add(new Arrival(stream, entries));
    notifyAll();
  }

  @Override
  public synchronized void lost(long entries) {
    droppedCount += entries;
  }

  /** Waits for something to come, for at most {@code millis}. */
  synchronized void await(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left = millis;
    while (arrivals.isEmpty() && left > 0) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    }
  }

  synchronized Taken takeAll() {
    Taken taken = new Taken(arrivals, dropped, droppedCount);
    arrivals = new ArrayList<>();
    dropped = new ArrayList<>();
    droppedCount = 0;
    heldBytes = 0;
    return taken;
  }
}
