package io.skald.agent.pipeline;

import io.skald.common.time.Clock;

/** Lets a number of things a second pass, and a burst at once. Confined to one thread. */
public final class TokenBucket {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final double burst;
  private final Clock clock;
  private double tokens;
  private long filledNanos;

  public TokenBucket(double perSecond, int burst, Clock clock) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.clock = clock;
    this.tokens = burst;
    this.filledNanos = clock.monotonicNanos();
  }

  /** Takes a token if there is one. */
  public boolean tryTake() {
    fill();
    if (tokens < 1) {
      return false;
    }
    tokens--;
    return true;
  }

  /** Takes a token that may still have to come. */
  public void take() {
    fill();
    tokens--;
  }

  /** Tells whether the tokens taken have come by now. */
  public boolean isPaid() {
    fill();
    return tokens >= 0;
  }

  private void fill() {
    long now = clock.monotonicNanos();
    tokens = Math.min(burst, tokens + (now - filledNanos) / NANOS_PER_SECOND * perSecond);
    filledNanos = now;
  }
}
