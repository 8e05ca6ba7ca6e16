package io.skald.agent.source;

import io.skald.agent.position.Cursor;
import io.skald.agent.position.FilePosition;
import io.skald.agent.tail.LineFeed;
import io.skald.agent.tail.LineSource;
import io.skald.agent.tail.SourceStatus;
import io.skald.common.collect.Latest;
import io.skald.common.model.Labels;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Entries of listening sources that wait for the reader of one client. Sources fill it, the reader
 * empties it, the sender tells what became durable.
 *
 * <p>Deliveries are numbered. The number travels with the entries as a position does; when that is
 * made durable, so are the entries of the delivery, also those that stages held back for a while.
 */
public final class Inbox implements LineFeed {
  /** Names the positions of deliveries. */
  private static final String SOURCE = "inbox";

  /** Entries that may wait, in bytes; exceeded by one delivery. */
  private static final long MAX_BYTES = 8 << 20;

  private static final int MAX_SOURCES = 4096;

  /** How long the reader may be asleep when something comes. */
  private static final long POLL_NANOS = 20_000_000;

  private final SourceSink sink;
  private final Map<String, String> external;
  private final boolean keepsNothing;
  private final Supplier<List<SourceStatus>> listening;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomMade = lock.newCondition();

  // Guarded by lock, all that follow.
  private final ArrayDeque<Delivery> waiting = new ArrayDeque<>();
  private final TreeMap<Long, CompletableFuture<Void>> undurable = new TreeMap<>();
  private long waitingBytes;
  private boolean closed;

  /** The number of the last delivery handed on; confined to the reader thread. */
  private long handedOn;

  /** What entries with the same labels begin with; confined to the reader thread. */
  private final Map<SourceKey, LineSource> sources = Latest.used(MAX_SOURCES);

  private record SourceKey(String job, Labels labels) {}

  /**
   * @param external labels of the client
   * @param keepsNothing whether entries count as durable when they were handed on, as in a dry run
   * @param listening tells how the sources stand that fill it
   */
  public Inbox(
      SourceSink sink,
      Map<String, String> external,
      boolean keepsNothing,
      Supplier<List<SourceStatus>> listening) {
    this.sink = sink;
    this.external = Map.copyOf(external);
    this.keepsNothing = keepsNothing;
    this.listening = listening;
  }

  /**
   * Waits until there is room.
   *
   * @return false if there is none in time, or will be none
   */
  boolean awaitRoom(long nanos) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!closed && waitingBytes >= MAX_BYTES && left > 0) {
        left = roomMade.awaitNanos(left);
      }
      return !closed && waitingBytes < MAX_BYTES;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a delivery whatever room there is; ask before. */
  void put(Delivery delivery) {
    lock.lock();
    try {
      waiting.add(delivery);
      waitingBytes += delivery.weight();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes a delivery and makes room for it: the oldest ones go, but for those that somebody waits
   * for. If all are such, this one goes.
   *
   * @return how many entries went
   */
  int putDroppingOldest(Delivery delivery) {
    lock.lock();
    try {
      int dropped = 0;
      for (Iterator<Delivery> all = waiting.iterator();
          waitingBytes >= MAX_BYTES && all.hasNext(); ) {
        Delivery oldest = all.next();
        if (oldest.durable() == null) {
          all.remove();
          waitingBytes -= oldest.weight();
          dropped += oldest.entries().size();
        }
      }
      if (waitingBytes >= MAX_BYTES) {
        return dropped + delivery.entries().size();
      }
      put(delivery);
      return dropped;
    } finally {
      lock.unlock();
    }
  }

  /** Told by the sender what a crash would leave. */
  public void durable(Collection<FilePosition> positions) {
    for (FilePosition position : positions) {
      if (position.id().equals(Cursor.id(SOURCE))) {
        complete(position.offset());
      }
    }
  }

  private void complete(long number) {
    List<CompletableFuture<Void>> done;
    lock.lock();
    try {
      Map<Long, CompletableFuture<Void>> all = undurable.headMap(number, true);
      done = List.copyOf(all.values());
      all.clear();
    } finally {
      lock.unlock();
    }
    done.forEach(waiter -> waiter.complete(null));
  }

  @Override
  public long pass() {
    while (sink.hasRoom()) {
      Delivery next = take();
      if (next == null) {
        return POLL_NANOS;
      }
      handOn(next);
    }
    return POLL_NANOS;
  }

  /** Hands on what was taken, room or none: its senders believe it delivered. */
  @Override
  public boolean end() {
    lock.lock();
    try {
      closed = true;
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
    for (Delivery next = take(); next != null; next = take()) {
      handOn(next);
    }
    return true;
  }

  private @Nullable Delivery take() {
    lock.lock();
    try {
      Delivery next = waiting.poll();
      if (next != null) {
        waitingBytes -= next.weight();
        roomMade.signalAll();
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  private void handOn(Delivery delivery) {
    long number = ++handedOn;
    CompletableFuture<Void> waiter = delivery.durable();
    if (waiter != null) {
      lock.lock();
      try {
        undurable.put(number, waiter);
      } finally {
        lock.unlock();
      }
    }
    for (SourceEntry entry : delivery.entries()) {
      SourceKey key = new SourceKey(delivery.job(), entry.labels());
      LineSource source = sources.get(key);
      if (source == null) {
        String text = entry.labels().withUnder(external).toString();
        source = new LineSource(delivery.job(), entry.labels(), text);
        sources.put(key, source);
      }
      // In the middle of a delivery, the place to go on from is before it.
      sink.begin(source, at -> Cursor.position(SOURCE, at, ""));
      sink.entry(
          entry.timestampNanos(),
          entry.metadata(),
          entry.line(),
          0,
          entry.line().length,
          number - 1);
    }
    sink.advance(Cursor.position(SOURCE, number, ""));
    if (keepsNothing) {
      complete(number);
    }
  }

  @Override
  public List<SourceStatus> sources() {
    return listening.get();
  }

  /** All that came is handed on, and somebody waits until it is durable. */
  @Override
  public boolean isAwaited() {
    lock.lock();
    try {
      return waiting.isEmpty() && !undurable.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Whoever still waits learns that nothing is known. */
  @Override
  public void close() {
    List<CompletableFuture<Void>> left;
    lock.lock();
    try {
      closed = true;
      left = List.copyOf(undurable.values());
      undurable.clear();
      roomMade.signalAll();
    } finally {
      lock.unlock();
    }
    left.forEach(waiter -> waiter.cancel(false));
  }
}
