package io.skald.agent.push;

import io.skald.agent.position.FilePosition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The bounded queue of closed batches between the reader and the sender of one client. The reader
 * asks {@link #hasRoom} before it reads on; that, not a blocking put, is the back-pressure, so that
 * it keeps noticing rotations while it waits. Thread-safe.
 */
public final class Handover {
  private final int batchSize;
  private final long maxBytes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition roomOrEnd = lock.newCondition();
  private final Condition workOrEnd = lock.newCondition();

  // Guarded by lock, all that follow.
  private final ArrayDeque<List<Batch>> queue = new ArrayDeque<>();
  private final ArrayDeque<Batch> spare = new ArrayDeque<>();
  private final List<FilePosition> sightings = new ArrayList<>();
  private long queuedBytes;
  private boolean roomFreed;
  private boolean readingEnded;
  private boolean inputEnded;
  private boolean sendingEnded;

  /**
   * @param maxBytes of lines that may wait; exceeded by less than a batch and a chunk
   */
  public Handover(int batchSize, long maxBytes) {
    this.batchSize = batchSize;
    this.maxBytes = maxBytes;
  }

  /** Tells whether the reader may read on: there is never room for what will not be sent. */
  boolean hasRoom() {
    lock.lock();
    try {
      return !sendingEnded && queuedBytes < maxBytes;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether no batch waits for the sender. */
  public boolean isEmpty() {
    lock.lock();
    try {
      return queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  /** Returns an empty batch, a used one if there is any. */
  Batch take() {
    lock.lock();
    try {
      Batch batch = spare.poll();
      return batch == null ? new Batch(batchSize) : batch;
    } finally {
      lock.unlock();
    }
  }

  /** Passes on, past all batches, that a file is followed now. */
  void putSighting(FilePosition position) {
    lock.lock();
    try {
      sightings.add(position);
      workOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  List<FilePosition> pollSightings() {
    lock.lock();
    try {
      List<FilePosition> all = List.copyOf(sightings);
      sightings.clear();
      return all;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Passes on batches of several tenants that belong together: their positions hold once all of
   * them are delivered.
   */
  void put(List<Batch> group) {
    lock.lock();
    try {
      queue.add(List.copyOf(group));
      for (Batch batch : group) {
        queuedBytes += batch.lineBytes();
      }
      workOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Nullable List<Batch> poll() {
    lock.lock();
    try {
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Gives back a batch that was encoded; only now its bytes no longer count. */
  void recycle(Batch batch) {
    lock.lock();
    try {
      queuedBytes -= batch.lineBytes();
      batch.clear();
      if (spare.size() < 2) {
        spare.add(batch);
      }
      roomFreed = true;
      roomOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Tells the reader to stop reading. */
  public void endReading() {
    lock.lock();
    try {
      readingEnded = true;
      roomOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Tells the sender that no batch will follow. */
  public void endInput() {
    lock.lock();
    try {
      inputEnded = true;
      workOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Tells the sender to stop with what it has. */
  public void endSending() {
    lock.lock();
    try {
      sendingEnded = true;
      workOrEnd.signalAll();
      roomOrEnd.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits until room was made, the end, or the time has passed; returns whether to read on. */
  public boolean awaitRoom(long nanos) throws InterruptedException {
    return awaitRoom(nanos, () -> readingEnded);
  }

  /** As {@link #awaitRoom(long)} when reading has ended, until nothing is sent any more either. */
  public boolean awaitRoomAtEnd(long nanos) throws InterruptedException {
    return awaitRoom(nanos, () -> sendingEnded);
  }

  private boolean awaitRoom(long nanos, BooleanSupplier ended) throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!ended.getAsBoolean() && !roomFreed && left > 0) {
        left = roomOrEnd.awaitNanos(left);
      }
      roomFreed = false;
      return !ended.getAsBoolean();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for a batch, the end, or the time to pass.
   *
   * @param evenWithWork whether to sit the time out though batches wait
   * @param evenAtEnd whether to sit it out though no batch will follow
   * @return whether to go on sending
   */
  public boolean awaitWork(long nanos, boolean evenWithWork, boolean evenAtEnd)
      throws InterruptedException {
    lock.lock();
    try {
      long left = nanos;
      while (!sendingEnded
          && left > 0
          && (evenWithWork || (queue.isEmpty() && sightings.isEmpty()))
          && (evenAtEnd || !inputEnded)) {
        left = workOrEnd.awaitNanos(left);
      }
      return !sendingEnded;
    } finally {
      lock.unlock();
    }
  }

  boolean isDrained() {
    lock.lock();
    try {
      return inputEnded && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }
}
