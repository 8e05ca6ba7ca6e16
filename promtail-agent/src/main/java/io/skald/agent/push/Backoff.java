package io.skald.agent.push;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pauses between attempts: the k-th (from 0) is uniform in [min·2^k, min·2^(k+1)), and never
 * longer than max.
 */
final class Backoff {
  private final double minNanos;
  private final long maxNanos;
  private final RandomGenerator random;
  private int attempt;

  Backoff(Duration min, Duration max, RandomGenerator random) {
    this.minNanos = min.toNanos();
    this.maxNanos = max.toNanos();
    this.random = random;
  }

  void reset() {
    attempt = 0;
  }

  /** Returns how many pauses were taken since the reset. */
  int attempts() {
    return attempt;
  }

  long nextNanos() {
    double pause = Math.scalb(minNanos, Math.min(attempt, 62)) * (1 + random.nextDouble());
    attempt++;
    return (long) Math.min(pause, (double) maxNanos);
  }
}
