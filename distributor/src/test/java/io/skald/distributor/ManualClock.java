package io.skald.distributor;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until it is moved. */
public final class ManualClock implements Clock {
  private final AtomicLong nanos = new AtomicLong();

  public ManualClock(String instant) {
    Instant start = Instant.parse(instant);
    nanos.set(start.getEpochSecond() * 1_000_000_000L + start.getNano());
  }

  public void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  @Override
  public long nowNanos() {
    return nanos.get();
  }

  @Override
  public long monotonicNanos() {
    return nanos.get();
  }
}
