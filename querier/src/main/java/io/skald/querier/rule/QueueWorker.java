package io.skald.querier.rule;

import io.skald.common.model.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** A bounded queue and the thread that sends what waits in it. Start and close it once each. */
public final class QueueWorker<T> implements AutoCloseable {
  /** What is waiting when the process stops may take so long. */
  private static final Duration LAST_CHANCE = Duration.ofSeconds(2);

  /** Sends one batch; called by the thread of the queue only. */
  @FunctionalInterface
  public interface Send<T> {
    /** Returns when the batch is sent or given up. */
    void send(BoundedQueue.Batch<T> batch) throws InterruptedException;
  }

  private final BoundedQueue<T> queue;
  private final int maxBatch;
  private final Send<T> send;
  private final Thread thread;

  /** What was under way or waiting when the thread was ended. */
  private final LongAdder abandoned = new LongAdder();

  /**
   * @param name of the thread
   */
  public QueueWorker(String name, int capacity, int maxBatch, Send<T> send) {
    this.queue = new BoundedQueue<>(capacity);
    this.maxBatch = maxBatch;
    this.send = send;
    this.thread = Thread.ofVirtual().name(name).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public void add(TenantId tenant, List<T> values) {
    queue.add(tenant, values);
  }

  /** Returns how many wait. */
  public int waiting() {
    return queue.size();
  }

  /** Returns how many were not sent: they gave way to newer ones, or the process stopped. */
  public long dropped() {
    return queue.dropped() + abandoned.sum();
  }

  private void run() {
    BoundedQueue.Batch<T> batch = new BoundedQueue.Batch<>(TenantId.SINGLE, List.of());
    try {
      while (true) {
        batch = queue.take(maxBatch);
        if (batch.items().isEmpty()) {
          return;
        }
        send.send(batch);
      }
    } catch (InterruptedException e) {
      abandoned.add(batch.items().size() + queue.size());
      Thread.currentThread().interrupt();
    }
  }

  /** Lets the thread end when it has sent what waits. Returns at once. */
  public void finish() {
    queue.close();
  }

  /** Finishes, waits a moment for that, and ends the thread. */
  @Override
  public void close() {
    finish();
    try {
      if (!thread.join(LAST_CHANCE)) {
        thread.interrupt();
        thread.join();
      }
    } catch (InterruptedException e) {
      thread.interrupt();
      Thread.currentThread().interrupt();
    }
  }
}
