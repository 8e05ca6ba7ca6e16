package io.skald.querier.source;

import io.skald.common.block.LogSource;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The entries of several tenants, the tenant as a label of every stream. Matchers on that label
 * choose tenants and are not passed on.
 */
final class FederatedLogSource implements LogSource {
  private final ReadTenants tenants;
  private final Function<TenantId, LogSource> sources;

  FederatedLogSource(ReadTenants tenants, Function<TenantId, LogSource> sources) {
    this.tenants = tenants;
    this.sources = sources;
  }

  @Override
  public List<StreamBlocks> select(
      List<LabelMatcher> matchers, long fromNanos, long throughNanos, ReadRoom room) {
    List<LabelMatcher> rest = tenants.ofStreams(matchers);
    List<StreamBlocks> streams = new ArrayList<>();
    for (TenantId tenant : tenants.chosen(matchers)) {
      for (StreamBlocks stream :
          sources.apply(tenant).select(rest, fromNanos, throughNanos, room)) {
        streams.add(new StreamBlocks(tenants.shown(stream.labels(), tenant), stream.blocks()));
      }
    }
    return streams;
  }
}
