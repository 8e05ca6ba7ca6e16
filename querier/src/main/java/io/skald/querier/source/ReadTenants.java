package io.skald.querier.source;

import io.skald.common.model.TenantId;
import java.util.List;

/**
 * Whose data a read request sees. Every way to data takes it, so that none can be read without.
 *
 * @param ids each once, sorted; at least one
 * @param federated whether the request may name several tenants and did: what it reads then carries
 *     the tenant as the label {@link #LABEL}
 */
public record ReadTenants(List<TenantId> ids, boolean federated) {
  public static final String LABEL = "__tenant_id__";

  /** The name under which a federated read shows a label of the data that is called so. */
  public static final String ORIGINAL = "original_" + LABEL;

  public ReadTenants {
    ids = List.copyOf(ids);
    if (ids.isEmpty()) {
      throw new IllegalArgumentException("a read needs a tenant");
    }
  }

  public static ReadTenants of(TenantId tenant) {
    return new ReadTenants(List.of(tenant), false);
  }
}
