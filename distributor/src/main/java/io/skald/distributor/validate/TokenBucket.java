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

  /** Volatile: read without the lock; an older value is as good. */
  private volatile long fillNanos;

  /** Makes a full one. */
  TokenBucket(Clock clock, double ratePerSecond, double burst) {
    this.clock = clock;
    tokens = burst;
    filledAtNanos = clock.monotonicNanos();
    fillNanos = (long) (burst / ratePerSecond * NANOS_PER_SECOND);
  }

  /** Takes {@code amount} if the bucket holds as much, else nothing. */
  synchronized boolean take(double amount, double ratePerSecond, double burst) {
    fill(ratePerSecond, burst);
    if (amount > tokens) {
      return false;
    }
    tokens -= amount;
    return true;
  }

  private void fill(double ratePerSecond, double burst) {
    long now = clock.monotonicNanos();
    double gained = (now - filledAtNanos) / NANOS_PER_SECOND * ratePerSecond;
    tokens = Math.min(burst, tokens + gained);
    filledAtNanos = now;
    long nanos = (long) (burst / ratePerSecond * NANOS_PER_SECOND);
    if (nanos != fillNanos) {
      fillNanos = nanos;
    }
  }

  /** Returns in how many seconds the bucket holds {@code amount}, or is full; at least one. */
  synchronized long secondsUntil(double amount, double ratePerSecond, double burst) {
    fill(ratePerSecond, burst);
    double missing = Math.min(amount, burst) - tokens;
    return Math.max(1, (long) Math.ceil(missing / ratePerSecond));
  }

  /** Returns how long an empty bucket takes to be full, in nanoseconds. */
  long fillNanos() {
    return fillNanos;
  }
}
