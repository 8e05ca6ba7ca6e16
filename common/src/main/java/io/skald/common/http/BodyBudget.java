package io.skald.common.http;

import java.util.concurrent.atomic.AtomicLong;

/** The bytes of request bodies that are held at one time, over all connections. */
final class BodyBudget {
  private final long maxBytes;
  private final AtomicLong held = new AtomicLong();

  BodyBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes {@code bytes} if they fit. */
  boolean tryTake(long bytes) {
    if (held.addAndGet(bytes) <= maxBytes) {
      return true;
    }
    held.addAndGet(-bytes);
    return false;
  }

  long heldBytes() {
    return held.get();
  }

  void giveBack(long bytes) {
    held.addAndGet(-bytes);
  }
}
