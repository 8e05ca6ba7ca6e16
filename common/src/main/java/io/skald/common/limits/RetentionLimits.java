package io.skald.common.limits;

import java.time.Duration;
import java.util.List;

/**
 * How long a tenant's data is kept.
 *
 * @param retentionPeriod 0 keeps it for ever
 * @param deletionMode what delete requests do: {@code disabled} refuses them, {@code filter-only}
 *     leaves the entries out of queries, {@code filter-and-delete} also removes them from disk once
 *     that is possible
 */
public record RetentionLimits(Duration retentionPeriod, String deletionMode) {
  private static final List<String> DELETION_MODES =
      List.of("disabled", "filter-only", "filter-and-delete");

  static final RetentionLimits DEFAULTS = new RetentionLimits(Duration.ZERO, "filter-and-delete");

  public RetentionLimits {
    if (!DELETION_MODES.contains(deletionMode)) {
      throw new IllegalArgumentException(
          "deletion_mode must be one of "
              + String.join(", ", DELETION_MODES)
              + ": "
              + deletionMode);
    }
  }
}
