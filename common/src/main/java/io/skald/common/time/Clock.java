package io.skald.common.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;

/** The source of time, and of waits for it to pass; a test hands in one that it drives. */
public interface Clock {
  /** Returns nanoseconds since the Unix epoch. */
  long nowNanos();

  /** Returns a monotonic reading in nanoseconds, for durations only. */
  long monotonicNanos();

  default long nowMillis() {
    return nowNanos() / 1_000_000;
  }

  /** Returns when so much time has passed. */
  default void sleep(Duration time) throws InterruptedException {
    Thread.sleep(time);
  }

  /**
   * Waits for a signal, for so long at most. As {@link Condition#awaitNanos}: may return for no
   * reason.
   *
   * @return what is left of the time; 0 or less if it has passed
   */
  default long awaitNanos(Condition condition, long nanos) throws InterruptedException {
    return condition.awaitNanos(nanos);
  }

  /** Returns the clock of the machine. */
  static Clock system() {
    return new Clock() {
      @Override
      public long nowNanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
      }

      @Override
      public long monotonicNanos() {
        return System.nanoTime();
      }
    };
  }
}
