package io.skald.storage.pack;

import io.skald.common.time.Clock;

/** A clock that stands until it is moved. */
final class DrivenClock implements Clock {
  private long nanos;

  DrivenClock(long nanos) {
    this.nanos = nanos;
  }

  void advance(long byNanos) {
    nanos += byNanos;
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
