package io.skald.common.limits;

import java.time.Duration;
import java.util.List;

/**
 * How long a tenant's data is kept.
 *
 * @param retentionPeriod 0 keeps it for ever
 * @param retentionStream periods of some streams
 * @param deletionMode what delete requests do: {@code disabled} refuses them, {@code filter-only}
 *     leaves the entries out of queries, {@code filter-and-delete} also removes them from disk
 */
public record RetentionLimits(
    Duration retentionPeriod, List<StreamRetention> retentionStream, String deletionMode) {
  private static final Duration LEAST = Duration.ofHours(24);

  private static final List<String> DELETION_MODES =
      List.of("disabled", "filter-only", "filter-and-delete");

  static final RetentionLimits DEFAULTS =
      new RetentionLimits(Duration.ZERO, List.of(), "filter-and-delete");

  /**
   * How long some streams are kept.
   *
   * @param period 0 keeps them for ever
   * @param priority of several that match a stream the one with the highest counts, and of equal
   *     ones the one with the shortest period
   * @param selector which streams
   */
  public record StreamRetention(Duration period, int priority, String selector) {
    public StreamRetention {
      checkPeriod("retention_stream[].period", period);
    }

    /** Returns what an element of the list starts from. */
    public static StreamRetention defaults() {
      return new StreamRetention(Duration.ZERO, 0, "");
    }
  }

  private static void checkPeriod(String key, Duration period) {
    if (!period.isZero() && period.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException(key + " must be 0 or at least 24h: " + period);
    }
  }

  public RetentionLimits {
    checkPeriod("retention_period", retentionPeriod);
    retentionStream = List.copyOf(retentionStream);
    if (retentionStream.stream().anyMatch(rule -> rule.selector().isEmpty())) {
      throw new IllegalArgumentException("retention_stream[].selector must name streams");
    }
    if (!DELETION_MODES.contains(deletionMode)) {
      throw new IllegalArgumentException(
          "deletion_mode must be one of "
              + String.join(", ", DELETION_MODES)
              + ": "
              + deletionMode);
    }
  }
}
