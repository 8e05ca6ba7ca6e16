package io.skald.querier.fleet;

import io.skald.common.time.Clock;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** What several threads hand to one, which waits for it by a clock. Thread-safe. */
final class Arrivals<T> {
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Queue<T> waiting = new ArrayDeque<>(); // guarded by the lock

  Arrivals(Clock clock) {
    this.clock = clock;
  }

  void add(T one) {
    lock.lock();
    try {
      waiting.add(one);
      arrived.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the first one; null if there is none. */
  @Nullable T poll() {
    lock.lock();
    try {
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Returns the first one; null if none has come in time. */
  @Nullable T poll(long waitNanos) throws InterruptedException {
    lock.lock();
    try {
      long left = waitNanos;
      while (waiting.isEmpty() && left > 0) {
        left = clock.awaitNanos(arrived, left);
      }
      return waiting.poll();
    } finally {
      lock.unlock();
    }
  }
}
