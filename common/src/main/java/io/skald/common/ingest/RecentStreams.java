package io.skald.common.ingest;

import io.skald.common.block.BlockView;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import java.util.List;

/** The read side of one ingester: entries that are not (or not only) in object storage. */
public interface RecentStreams {
  /**
   * Returns a consistent snapshot of the unflushed data that overlaps {@code [fromNanos,
   * throughNanos]}. Ask this before the index: a chunk that is flushed in between is then seen
   * twice (and recognised by its id), never missed.
   */
  List<RecentStream> select(
      TenantId tenant, List<LabelMatcher> matchers, long fromNanos, long throughNanos);

  /**
   * A stream in memory.
   *
   * @param blocks in arrival order, the open head last; no entry twice inside one block
   * @param chunkIds parallel to {@code blocks}: the id of the chunk that the block is part of, the
   *     same that the index will list once the chunk is flushed
   */
  record RecentStream(
      Fingerprint fingerprint, Labels labels, List<BlockView> blocks, List<Long> chunkIds) {}
}
