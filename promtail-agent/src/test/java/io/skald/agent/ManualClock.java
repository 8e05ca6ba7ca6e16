package io.skald.agent;

import io.skald.common.time.Clock;
import java.time.Duration;

/** A clock that stands still until it is told otherwise. */
public final class ManualClock implements Clock {
  private long nanos = 1_700_000_000_000_000_000L;
  private long monotonic = 5_000_000_000L;

  public synchronized void advance(Duration duration) {
    nanos += duration.toNanos();
    monotonic += duration.toNanos();
  }

  /** Sets the time of day, not the monotonic reading. */
  public synchronized void setNow(long newNanos) {
    nanos = newNanos;
  }

  @Override
  public synchronized long nowNanos() {
    return nanos;
  }

  @Override
  public synchronized long monotonicNanos() {
    return monotonic;
  }
}
