package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import java.time.Duration;

/** What differs from tenant to tenant. Asked for every evaluation. */
public interface RuleTenants {
  /** Returns whether rules of the tenant are evaluated. */
  boolean isEnabled(TenantId tenant);

  /** Returns how far the queries of rules look behind now, for entries that come late. */
  Duration delay(TenantId tenant);
}
