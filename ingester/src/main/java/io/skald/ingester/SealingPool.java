package io.skald.ingester;

import io.skald.storage.chunk.BlockSealer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few threads that compress blocks, each with a sealer of its own. The queue has no bound of its
 * own: {@link MemoryAccount} stops pushes when too much waits in it.
 */
final class SealingPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SealingPool.class);

  private final LinkedBlockingQueue<Task> queue = new LinkedBlockingQueue<>();
  private final List<Thread> threads = new ArrayList<>();
  private final MemoryAccount memory;

  /** A block to seal; null for the end. */
  private record Task(@Nullable LiveBlock block, CountDownLatch done) {}

  /**
   * @param newThreads makes the threads
   */
  SealingPool(
      int threadCount,
      Supplier<BlockSealer> sealers,
      MemoryAccount memory,
      ThreadFactory newThreads) {
    this.memory = memory;
    for (int i = 0; i < threadCount; i++) {
      BlockSealer sealer = sealers.get();
      Thread thread = newThreads.newThread(() -> run(sealer));
      thread.setName("seal-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  /** Queues a block that was just cut. */
  void submit(LiveBlock block) {
    memory.sealQueued(block.rawBytes());
    queue.add(new Task(block, new CountDownLatch(1)));
  }

  /**
   * Waits until every block that was submitted before has been tried, and tries those of {@code
   * blocks} again that could not be sealed.
   *
   * @throws IllegalStateException if one cannot be sealed now either
   */
  void finish(List<LiveBlock> blocks) throws InterruptedException {
    for (LiveBlock block : blocks) {
      if (!block.isSealed()) {
        // Sealing is idempotent and the queue in order per block: behind the first attempt.
        Task again = new Task(block, new CountDownLatch(1));
        memory.sealQueued(block.rawBytes());
        queue.add(again);
        again.done.await();
        if (!block.isSealed()) {
          throw new IllegalStateException("a block cannot be compressed; see the log before this");
        }
      }
    }
  }

  private void run(BlockSealer ownSealer) {
    try (BlockSealer sealer = ownSealer) {
      while (true) {
        Task task = queue.take();
        LiveBlock block = task.block;
        if (block == null) {
          return;
        }
        seal(block, sealer);
        task.done.countDown();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void seal(LiveBlock block, BlockSealer sealer) {
    try {
      if (block.seal(sealer)) {
        memory.sealed(block.rawBytes(), block.memoryBytes());
        return;
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      log.error("a block cannot be compressed; it stays in memory and is tried again", e);
    }
    memory.sealQueued(-block.rawBytes());
  }

  /** Seals what is queued, then ends the threads. */
  @Override
  public void close() {
    threads.forEach(_ -> queue.add(new Task(null, new CountDownLatch(1))));
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
