package io.skald.distributor;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** A clock that stands until it is moved. */
public final class ManualClock implements Clock {
  private volatile long nanos;

  public ManualClock(String instant) {
    Instant start = Instant.parse(instant);
    nanos = start.getEpochSecond() * 1_000_000_000L + start.getNano();
  }

  public void advance(Duration duration) {
    nanos += duration.toNanos();
  }

  @Override
  public long nowNanos() {
    return nanos;
  }

  @Override
  public long monotonicNanos() {
    return nanos;
  }
}
