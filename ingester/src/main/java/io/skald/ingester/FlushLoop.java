package io.skald.ingester;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task in a thread of its own, in every period and when it is woken. */
final class FlushLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FlushLoop.class);

  private final Duration period;
  private final Runnable task;
  private final Clock clock;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // Guarded by lock.
  private boolean woken;
  private boolean closing;

  /**
   * @param threads makes the thread
   */
  FlushLoop(Duration period, Runnable task, Clock clock, ThreadFactory threads) {
    this.period = period;
    this.task = task;
    this.clock = clock;
    this.thread = threads.newThread(this::run);
    thread.setName("flush");
  }

  void start() {
    thread.start();
  }

  /** Makes the task run soon. */
  void wake() {
    lock.lock();
    try {
      woken = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    while (awaitRound()) {
      try {
        task.run();
      } catch (RuntimeException e) {
        log.error("a flush check failed; the next one tries again", e);
      }
    }
  }

  private boolean awaitRound() {
    lock.lock();
    try {
      long waitNanos = period.toNanos();
      while (!closing && !woken && waitNanos > 0) {
        waitNanos = clock.awaitNanos(changed, waitNanos);
      }
      woken = false;
      return !closing;
    } catch (InterruptedException _) {
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Lets a running task end, then ends the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
