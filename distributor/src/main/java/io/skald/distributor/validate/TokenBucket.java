package io.skald.distributor.validate;

import io.skald.common.time.Clock;

/**
 * A token bucket: filled at a rate, holding at most a burst. Rate and burst are handed in with
 * every call, so that new limits take effect. Thread-safe.
 */
final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Clock clock;
  private double tokens;
  private long filledAtNanos;
  private boolean used;

  TokenBucket(Clock clock) {
    this.clock = clock;
  }

  /** Takes {@code amount} if the bucket holds as much, else nothing. */
  synchronized boolean take(double amount, double ratePerSecond, double burst) {
    long now = clock.monotonicNanos();
    if (used) {
      double gained = (now - filledAtNanos) / NANOS_PER_SECOND * ratePerSecond;
      tokens = Math.min(burst, tokens + gained);
    } else {
      tokens = burst;
      used = true;
    }
    filledAtNanos = now;
    if (amount > tokens) {
      return false;
    }
    tokens -= amount;
    return true;
  }
}
