package io.skald.server;

import java.time.Duration;

/**
 * The {@code compactor} block.
 *
 * @param retentionEnabled whether there are delete requests
 * @param deleteRequestCancelPeriod how long a delete request can be taken back without force
 * @param deleteMaxInterval the longest {@code max_interval} of a delete request with filters
 */
public record CompactorSection(
    boolean retentionEnabled, Duration deleteRequestCancelPeriod, Duration deleteMaxInterval) {
  static final CompactorSection DEFAULTS =
      new CompactorSection(false, Duration.ofHours(24), Duration.ofHours(24));

  public CompactorSection {
    if (deleteRequestCancelPeriod.isNegative()) {
      throw new IllegalArgumentException(
          "compactor.delete_request_cancel_period must not be negative: "
              + deleteRequestCancelPeriod);
    }
    if (deleteMaxInterval.isNegative() || deleteMaxInterval.isZero()) {
      throw new IllegalArgumentException(
          "compactor.delete_max_interval must be positive: " + deleteMaxInterval);
    }
  }
}
