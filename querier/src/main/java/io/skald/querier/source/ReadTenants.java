package io.skald.querier.source;

import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;
import java.util.stream.Collectors;

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

  /** Returns one name for all the tenants, in the form of the request: ids cannot hold the bar. */
  public String key() {
    return ids.stream().map(TenantId::value).collect(Collectors.joining("|"));
  }

  /** Returns the tenants that a selector is about: its matchers on the tenant's label choose. */
  public List<TenantId> chosen(List<LabelMatcher> matchers) {
    if (!federated) {
      return ids;
    }
    return ids.stream()
        .filter(tenant ->
            matchers.stream()
                .filter(matcher -> matcher.name().equals(LABEL))
                .allMatch(matcher -> matcher.matches(tenant.value())))
        .toList();
  }

  /** Returns the matchers of a selector that are about streams. */
  public List<LabelMatcher> ofStreams(List<LabelMatcher> matchers) {
    return federated
        ? matchers.stream().filter(matcher -> !matcher.name().equals(LABEL)).toList()
        : matchers;
  }

  /** Returns the labels of a stream as the read shows them. */
  public Labels shown(Labels labels, TenantId tenant) {
    if (!federated) {
      return labels;
    }
    Labels.Builder builder = labels.toBuilder();
    String original = labels.get(LABEL);
    if (original != null) {
      builder.set(ORIGINAL, original);
    }
    return builder.set(LABEL, tenant.value()).build();
  }
}
