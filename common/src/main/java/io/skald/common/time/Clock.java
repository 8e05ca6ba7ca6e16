package io.skald.common.time;

import java.time.Instant;

/** The source of time; a test hands in one that it drives. */
public interface Clock {
  /** Returns nanoseconds since the Unix epoch. */
  long nowNanos();

  /** Returns a monotonic reading in nanoseconds, for durations only. */
  long monotonicNanos();

  default long nowMillis() {
    return nowNanos() / 1_000_000;
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
