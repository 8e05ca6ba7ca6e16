package io.skald.storage.object.s3;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts: each twice as long as the one before, up to a limit, and of that a
 * random part of one half to all, so that those who failed together do not come again together.
 * Thread-safe.
 */
final class Backoff {
  private static final int MAX_DOUBLINGS = 30;

  private final S3Config.BackoffConfig config;
  private final RandomGenerator random;

  /**
   * @param random used under a lock
   */
  Backoff(S3Config.BackoffConfig config, RandomGenerator random) {
    this.config = config;
    this.random = random;
  }

  /**
   * @param failed how many attempts have failed, from 1
   */
  Duration pause(int failed) {
    double doubled =
        config.minPeriod().toNanos() * Math.pow(2, Math.min(failed - 1, MAX_DOUBLINGS));
    double longest = Math.min(doubled, config.maxPeriod().toNanos());
    return Duration.ofNanos((long) (longest * (0.5 + nextRandom() / 2)));
  }

  private synchronized double nextRandom() {
    return random.nextDouble();
  }
}
