package io.skald.querier.source;

import io.skald.common.block.LogSource;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The entries of several tenants, the tenant as a label of every stream. Matchers on that label
 * choose tenants and are not passed on.
 */
final class FederatedLogSource implements LogSource {
  private final List<TenantId> tenants;
  private final Function<TenantId, LogSource> sources;

  FederatedLogSource(List<TenantId> tenants, Function<TenantId, LogSource> sources) {
    this.tenants = tenants;
    this.sources = sources;
  }

  @Override
  public List<StreamBlocks> select(List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    List<LabelMatcher> rest = ofStreams(matchers);
    List<StreamBlocks> streams = new ArrayList<>();
    for (TenantId tenant : chosen(tenants, matchers)) {
      for (StreamBlocks stream : sources.apply(tenant).select(rest, fromNanos, throughNanos)) {
        streams.add(new StreamBlocks(withTenant(stream.labels(), tenant), stream.blocks()));
      }
    }
    return streams;
  }

  /** Returns the tenants that pass the matchers on their label. */
  static List<TenantId> chosen(List<TenantId> tenants, List<LabelMatcher> matchers) {
    return tenants.stream()
        .filter(tenant ->
            matchers.stream()
                .filter(matcher -> matcher.name().equals(ReadTenants.LABEL))
                .allMatch(matcher -> matcher.matches(tenant.value())))
        .toList();
  }

  /** Returns the matchers that are not about tenants. */
  static List<LabelMatcher> ofStreams(List<LabelMatcher> matchers) {
    return matchers.stream().filter(matcher -> !matcher.name().equals(ReadTenants.LABEL)).toList();
  }

  static Labels withTenant(Labels labels, TenantId tenant) {
    Labels.Builder builder = labels.toBuilder();
    String original = labels.get(ReadTenants.LABEL);
    if (original != null) {
      builder.set(ReadTenants.ORIGINAL, original);
    }
    return builder.set(ReadTenants.LABEL, tenant.value()).build();
  }
}
