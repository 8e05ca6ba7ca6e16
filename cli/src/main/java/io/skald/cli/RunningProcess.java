package io.skald.cli;

import java.util.concurrent.CountDownLatch;

/** A process that runs until SIGINT or SIGTERM, then drains. */
final class RunningProcess {
  private RunningProcess() {}

  /**
   * Starts, waits for a signal, closes.
   *
   * @return 0 after a clean drain
   */
  static int run(Runnable start, Runnable close) {
    CountDownLatch stop = new CountDownLatch(1);
    CountDownLatch drained = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              stop.countDown();
              awaitQuietly(drained);
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      start.run();
      awaitQuietly(stop);
    } finally {
      try {
        close.run();
      } finally {
        drained.countDown();
      }
    }
    return 0;
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
