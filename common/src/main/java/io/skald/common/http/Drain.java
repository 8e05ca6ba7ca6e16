package io.skald.common.http;

import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Counts running requests, so that a closing server can wait for them. */
final class Drain {
  /** One party is the server itself, so that the phase cannot end while it serves. */
  private final Phaser running = new Phaser(1);

  private volatile boolean begun;

  void enter() {
    running.register();
  }

  void leave() {
    running.arriveAndDeregister();
  }

  /** Returns how many requests are being answered. */
  int running() {
    return Math.max(0, running.getRegisteredParties() - 1);
  }

  void begin() {
    begun = true;
  }

  /** Returns whether connections should be closed after their current request. */
  boolean hasBegun() {
    return begun;
  }

  void await(Duration patience) {
    int phase = running.arriveAndDeregister();
    try {
      running.awaitAdvanceInterruptibly(phase, patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException e) {
      // The remaining requests are cut off, as the caller's patience says.
    }
  }
}
