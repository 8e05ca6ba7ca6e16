package io.skald.common.limits;

import java.time.Duration;

/**
 * The older way to name the file with the limits of single tenants; {@code runtime_config} is the
 * newer one.
 *
 * @param perTenantOverrideConfig the file; empty means none
 * @param perTenantOverridePeriod how often it is looked at
 */
public record OverridesSource(String perTenantOverrideConfig, Duration perTenantOverridePeriod) {
  static final OverridesSource DEFAULTS = new OverridesSource("", Duration.ofSeconds(10));

  public OverridesSource {
    if (!perTenantOverridePeriod.isPositive()) {
      throw new IllegalArgumentException(
          "per_tenant_override_period must be positive: " + perTenantOverridePeriod);
    }
  }
}
