package io.skald.server;

import io.skald.common.block.BlockView;
import io.skald.common.limits.TenantLimits;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.querier.source.EntryDeletion;
import io.skald.storage.compact.EntryRemovals;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.delete.DeleteRequests;
import java.time.Duration;
import java.util.List;

/**
 * Delete requests as the compactor carries them out: once they cannot be taken back any more, and
 * as processed only when entries that were in memory at the time of the request have been flushed.
 */
public final class DeleteRemovals implements EntryRemovals {
  private static final String BY_COMPACTOR = "filter-and-delete";
  private static final int WHOLE = 100;

  private final DeleteRequests requests;
  private final TenantLimits limits;
  private final Duration cancelPeriod;
  private final Duration flushedAfter;
  private final Clock clock;

  /**
   * @param flushedAfter after this time what was in memory is in the object store
   */
  public DeleteRemovals(
      DeleteRequests requests,
      TenantLimits limits,
      Duration cancelPeriod,
      Duration flushedAfter,
      Clock clock) {
    this.requests = requests;
    this.limits = limits;
    this.cancelPeriod = cancelPeriod;
    this.flushedAfter = flushedAfter;
    this.clock = clock;
  }

  private record Due(EntryDeletion deletion) implements Removal {
    @Override
    public String id() {
      return deletion.request().id();
    }

    @Override
    public boolean mayTouch(Labels stream, long fromNanos, long throughNanos) {
      return deletion.request().overlaps(fromNanos, throughNanos) && deletion.selects(stream);
    }

    @Override
    public List<BlockView> without(Labels stream, List<BlockView> blocks) {
      return deletion.selects(stream)
          ? EntryDeletion.without(List.of(deletion), stream, blocks)
          : blocks;
    }
  }

  @Override
  public List<Removal> due(TenantId tenant) {
    if (!limits.of(tenant).retention().deletionMode().equals(BY_COMPACTOR)) {
      return List.of();
    }
    return requests.of(tenant).stream()
        .filter(request -> !request.isProcessed() && isOlderThan(request, cancelPeriod))
        .<Removal>map(request -> new Due(EntryDeletion.of(request)))
        .toList();
  }

  private boolean isOlderThan(DeleteRequest request, Duration age) {
    return clock.nowMillis() - request.createdMillis() >= age.toMillis();
  }

  @Override
  public void progress(TenantId tenant, String id, int percent) {
    requests.of(tenant).stream()
        .filter(request -> request.id().equals(id) && !request.isProcessed())
        .findAny()
        .ifPresent(request -> {
          int most = isOlderThan(request, flushedAfter) ? WHOLE : WHOLE - 1;
          requests.progress(tenant, id, Math.min(percent, most));
        });
  }
}
