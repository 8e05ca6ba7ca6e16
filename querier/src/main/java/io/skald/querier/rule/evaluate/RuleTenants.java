package io.skald.querier.rule.evaluate;

import io.skald.common.model.TenantId;
import java.time.Duration;

/** What differs from tenant to tenant. */
public interface RuleTenants {
  /** Returns whether rules of the tenant are evaluated; asked when rules change. */
  boolean isEnabled(TenantId tenant);

  /**
   * Returns how far the queries of rules look behind now, for entries that come late; asked for
   * every evaluation.
   */
  Duration delay(TenantId tenant);
}
