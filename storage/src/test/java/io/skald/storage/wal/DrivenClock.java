package io.skald.storage.wal;

import io.skald.common.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands until a test moves it. */
public final class DrivenClock implements Clock {
  private final AtomicLong nanos;
  private volatile long wrongNanos;

  public DrivenClock(long startNanos) {
    nanos = new AtomicLong(startNanos);
  }

  public void advance(Duration duration) {
    nanos.addAndGet(duration.toNanos());
  }

  /** Sets by how much the time of day is ahead. */
  public void setWrong(Duration ahead) {
    wrongNanos = ahead.toNanos();
  }

  @Override
  public long nowNanos() {
    return nanos.get() + wrongNanos;
  }

  @Override
  public long monotonicNanos() {
    return nanos.get();
  }
}
