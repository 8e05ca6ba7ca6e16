package io.skald.common.rpc.ingest;

import io.skald.common.block.BlockView;
import io.skald.common.ingest.LiveEntries;
import io.skald.common.model.Labels;
import io.skald.common.rpc.wire.FollowedEntries;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Entries between the log's thread and a stream to their reader. Bounded: what does not fit is
 * counted and forgotten, the log's thread never waits. Thread-safe.
 */
final class FollowedQueue implements LiveEntries.Sink {
  private static final long MAX_BYTES = 8 << 20;

  /** What a push to a stream takes beside its entries, and an entry beside its line. */
  private static final int ARRIVAL_BYTES = 256;

  private static final int ENTRY_BYTES = 24;

  /** How long a wait lasts at most, so that a reader who has gone is noticed. */
  private static final long LOOK_MILLIS = 500;

  private record Arrival(Labels stream, BlockView entries) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition filled = lock.newCondition();
  private List<Arrival> arrivals = new ArrayList<>(); // guarded by lock
  private long heldBytes; // guarded by lock
  private long droppedEntries; // guarded by lock

  @Override
  public void take(Labels stream, BlockView entries) {
    long bytes = ARRIVAL_BYTES + entries.lineBytes() + (long) ENTRY_BYTES * entries.size();
    lock.lock();
    try {
      if (heldBytes + bytes > MAX_BYTES && !arrivals.isEmpty()) {
        droppedEntries += entries.size();
      } else {
        heldBytes += bytes;
        arrivals.add(new Arrival(stream, entries));
      }
      filled.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Waits a while for entries and returns them; none if none came. */
  List<FollowedEntries> take() throws InterruptedException {
    List<Arrival> taken;
    long dropped;
    lock.lock();
    try {
      long left = TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
      while (arrivals.isEmpty() && left > 0) {
        left = filled.awaitNanos(left);
      }
      taken = arrivals;
      dropped = droppedEntries;
      arrivals = new ArrayList<>();
      droppedEntries = 0;
      heldBytes = 0;
    } finally {
      lock.unlock();
    }
    List<FollowedEntries> messages = new ArrayList<>();
    if (dropped > 0) {
      messages.add(FollowedEntries.newBuilder().setDropped(dropped).build());
    }
    for (Arrival arrival : taken) {
      messages.add(
          FollowedEntries.newBuilder()
              .setLabels(WireForms.of(arrival.stream))
              .setTable(WireForms.of(arrival.entries.metadata()))
              .setColumns(ColumnLayout.encode(arrival.entries, 0, arrival.entries.size()))
              .build());
    }
    return messages;
  }
}
