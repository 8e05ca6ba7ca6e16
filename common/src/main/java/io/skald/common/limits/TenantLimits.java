package io.skald.common.limits;

import io.skald.common.model.TenantId;
import java.util.List;

/**
 * The limits in force for a tenant; asked anew for every request, so that a reload takes effect.
 */
@FunctionalInterface
public interface TenantLimits {
  Limits of(TenantId tenant);

  /**
   * Returns the limits of a read that concerns several tenants.
   *
   * @param tenants at least one
   */
  default Limits strictest(List<TenantId> tenants) {
    return tenants.stream().map(this::of).reduce(Limits::strictest).orElseThrow();
  }
}
