package io.skald.querier.rule;

import io.skald.common.model.TenantId;
import java.util.List;
import java.util.Map;

/** The rules that are in force. Thread-safe. */
public interface RuleSource {
  /**
   * Returns the rules of every tenant that has any, namespaces sorted by name. As long as nothing
   * changes this is the same map.
   */
  Map<TenantId, List<RuleNamespace>> all();

  default List<RuleNamespace> of(TenantId tenant) {
    return all().getOrDefault(tenant, List.of());
  }
}
