package io.skald.ingester;

import io.skald.common.model.TenantId;

/** The limits of each tenant, asked for with every push, so that a reload counts at once. */
@FunctionalInterface
public interface IngesterLimits {
  /** The default of {@link Limits#maxGlobalStreamsPerUser}. */
  int DEFAULT_MAX_STREAMS = 5000;

  Limits limits(TenantId tenant);

  /**
   * Limits of one tenant.
   *
   * @param maxGlobalStreamsPerUser streams in memory; 0 is no limit
   * @param unorderedWrites whether an entry may be older than one of its stream that came before
   * @param allowBackfill whether it may then be older than the out-of-order window
   */
  record Limits(int maxGlobalStreamsPerUser, boolean unorderedWrites, boolean allowBackfill) {}

  static IngesterLimits defaults() {
    Limits limits = new Limits(DEFAULT_MAX_STREAMS, true, false);
    return _ -> limits;
  }
}
