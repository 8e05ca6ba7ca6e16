package io.skald.agent;

import io.skald.common.time.Clock;
import java.time.Duration;

/** A clock that stands still until it is told otherwise. */
public final class ManualClock implements Clock {
  private volatile long nanos = 1_700_000_000_000_000_000L;
  private volatile long monotonic = 5_000_000_000L;

  public void advance(Duration duration) {
    nanos += duration.toNanos();
    monotonic += duration.toNanos();
  }

  /** Sets the time of day, not the monotonic reading. */
  public void setNow(long newNanos) {
    nanos = newNanos;
  }

  @Override
  public long nowNanos() {
    return nanos;
  }

  @Override
  public long monotonicNanos() {
    return monotonic;
  }
}
