package io.skald.querier.source;

import io.skald.common.block.LogSource;
import io.skald.common.ingest.RecentStreams;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.logql.engine.QueryStatistics;
import io.skald.storage.index.LabelIndex;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Everything a querier can read: what ingesters hold and what the index lists. Thread-safe. */
public final class QueryData {
  private final RecentStreams recent;
  private final LabelIndex index;
  private final ChunkReader reader;
  private final @Nullable DeletedEntries deleted;

  public QueryData(RecentStreams recent, LabelIndex index, ChunkReader reader) {
    this(recent, index, reader, null);
  }

  /**
   * @param deleted entries that queries leave out; null if nothing can be deleted
   */
  public QueryData(
      RecentStreams recent,
      LabelIndex index,
      ChunkReader reader,
      @Nullable DeletedEntries deleted) {
    this.recent = recent;
    this.index = index;
    this.reader = reader;
    this.deleted = deleted;
  }

  /**
   * Returns the tenants' entries; what finding and reading them costs is added to {@code
   * statistics} and {@code reads}.
   */
  public LogSource entries(ReadTenants tenants, QueryStatistics statistics, ReadStatistics reads) {
    return tenants.federated()
        ? new FederatedLogSource(tenants, tenant -> entries(tenant, statistics, reads))
        : entries(tenants.ids().getFirst(), statistics, reads);
  }

  private LogSource entries(TenantId tenant, QueryStatistics statistics, ReadStatistics reads) {
    return new TenantLogSource(tenant, recent, index, reader, deleted, statistics, reads);
  }

  /** Returns the label sets of streams with data in {@code [fromNanos, throughNanos]}. */
  public Set<Labels> series(
      ReadTenants tenants, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    List<LabelMatcher> rest = tenants.ofStreams(matchers);
    Set<Labels> found = new HashSet<>();
    for (TenantId tenant : tenants.chosen(matchers)) {
      for (Labels labels : series(tenant, rest, fromNanos, throughNanos)) {
        found.add(tenants.shown(labels, tenant));
      }
    }
    return found;
  }

  private Set<Labels> series(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos) {
    Set<Labels> found = new HashSet<>();
    recent
        .select(tenant, matchers, fromNanos, throughNanos)
        .forEach(stream -> found.add(stream.labels()));
    found.addAll(index.series(tenant, matchers, fromNanos, throughNanos));
    return found;
  }
}
