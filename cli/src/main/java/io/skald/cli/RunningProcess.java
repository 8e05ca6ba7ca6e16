package io.skald.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/** A process that runs until it is stopped or gets SIGINT or SIGTERM, then drains. */
final class RunningProcess {
  private final CountDownLatch stop = new CountDownLatch(1);

  /** Has {@link #run} close and return; returns at once. */
  void stop() {
    stop.countDown();
  }

  /**
   * Starts, waits for a signal or for {@link #stop}, closes.
   *
   * @return 0 after a clean drain
   */
  int run(Runnable start, Runnable close) {
    CountDownLatch drained = new CountDownLatch(1);
    AtomicBoolean clean = new AtomicBoolean();
    Thread hook =
        new Thread(
            () -> {
              stop();
              awaitQuietly(drained);
              if (clean.get()) {
                // After a signal the JVM would end with 128 and the signal's number.
                Runtime.getRuntime().halt(0);
              }
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    boolean served = false;
    try {
      start.run();
      awaitQuietly(stop);
      served = true;
    } finally {
      try {
        close.run();
        clean.set(served);
      } finally {
        drained.countDown();
        forget(hook);
      }
    }
    return 0;
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // The process is ending, and the hook runs.
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
