package io.skald.common.limits;

import io.skald.common.model.TenantId;

/**
 * The limits in force for a tenant; asked anew for every request, so that a reload takes effect.
 */
@FunctionalInterface
public interface TenantLimits {
  Limits of(TenantId tenant);
}
