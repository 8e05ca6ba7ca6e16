package io.skald.common.limits;

import io.skald.common.config.Flat;

/**
 * The limits of one tenant, with the names and defaults users of Loki know. In the file all keys
 * stand side by side. Sizes are bytes unless the name says otherwise; 0 means no limit where
 * nothing else is said.
 *
 * @param ingestion how much may come
 * @param labels what the labels of a stream may be
 * @param entries what an entry may be
 * @param otlpConfig what becomes of the attributes of OpenTelemetry
 * @param queries what may be read
 * @param retention how long data is kept
 * @param rules how many rules there may be, and how they are evaluated
 * @param overrides where the limits of single tenants stand
 */
public record Limits(
    @Flat IngestionLimits ingestion,
    @Flat LabelLimits labels,
    @Flat EntryLimits entries,
    OtlpConfig otlpConfig,
    @Flat QueryLimits queries,
    @Flat RetentionLimits retention,
    @Flat RuleLimits rules,
    @Flat OverridesSource overrides) {
  public static final Limits DEFAULTS =
      new Limits(
          IngestionLimits.DEFAULTS,
          LabelLimits.DEFAULTS,
          EntryLimits.DEFAULTS,
          OtlpConfig.DEFAULTS,
          QueryLimits.DEFAULTS,
          RetentionLimits.DEFAULTS,
          RuleLimits.DEFAULTS,
          OverridesSource.DEFAULTS);

  /**
   * Returns the limits of a read that concerns this tenant and another one: of every limit on reads
   * the stricter, where 0 sets none. What is no limit on reads is taken from this one.
   */
  public Limits strictest(Limits other) {
    return new Limits(
        ingestion,
        labels,
        entries,
        otlpConfig,
        queries.strictest(other.queries),
        retention,
        rules,
        overrides);
  }

  static void notNegative(String key, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(key + " must not be negative: " + value);
    }
  }

  static void notNegative(String key, double value) {
    if (value < 0) {
      throw new IllegalArgumentException(key + " must not be negative: " + value);
    }
  }
}
