package io.skald.storage.wal;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until a test moves it. */
public final class DrivenClock implements Clock {
  private final AtomicLong nanos;

  public DrivenClock(long startNanos) {
    nanos = new AtomicLong(startNanos);
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
