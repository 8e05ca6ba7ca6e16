package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.logql.pipeline.BlockFilter;
import io.skald.logql.pipeline.LineProcessor;
import io.skald.logql.pipeline.Pipeline;
import io.skald.logql.syntax.LogExpr;
import io.skald.logql.syntax.Parser;
import io.skald.storage.delete.DeleteRequest;
import io.skald.storage.delete.DeleteRequests;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Takes entries that are to be deleted out of what a query sees, exact to the nanosecond. Work is
 * done only for blocks that a request's selector and range touch; where a request has no filter, no
 * line is read. Thread-safe.
 */
public final class DeletedEntries {
  private final DeleteRequests requests;
  private final Predicate<TenantId> allowed;

  /** Compiled requests, valid while the requests are the same list. */
  private final Map<TenantId, Compiled> compiled = new ConcurrentHashMap<>();

  private record Compiled(List<DeleteRequest> source, List<Deletion> deletions) {}

  private record Deletion(
      DeleteRequest request,
      List<LabelMatcher> selector,
      Pipeline pipeline,
      BlockFilter filter,
      Pipeline rest) {
    static Deletion of(DeleteRequest request) {
      LogExpr query = (LogExpr) Parser.parse(request.query());
      Pipeline pipeline = Pipeline.compile(query.stages());
      return new Deletion(
          request, query.selector(), pipeline, pipeline.blockFilter(), pipeline.afterBlockFilter());
    }

    boolean selects(Labels stream) {
      return selector.stream().allMatch(matcher -> matcher.matches(stream));
    }
  }

  /**
   * @param allowed whether a tenant's requests count
   */
  public DeletedEntries(DeleteRequests requests, Predicate<TenantId> allowed) {
    this.requests = requests;
    this.allowed = allowed;
  }

  /**
   * Returns the blocks of a stream without the entries that are to be deleted, in the same order; a
   * block of which nothing is left is not among them.
   */
  List<BlockView> without(TenantId tenant, Labels stream, List<BlockView> blocks) {
    List<Deletion> deletions =
        deletions(tenant).stream().filter(deletion -> deletion.selects(stream)).toList();
    if (deletions.isEmpty()) {
      return blocks;
    }
    List<BlockView> result = new ArrayList<>(blocks.size());
    for (BlockView block : blocks) {
      BlockView left = without(deletions, stream, block);
      if (left != null) {
        result.add(left);
      }
    }
    return result;
  }

  private List<Deletion> deletions(TenantId tenant) {
    List<DeleteRequest> current = allowed.test(tenant) ? requests.of(tenant) : List.of();
    if (current.isEmpty()) {
      compiled.remove(tenant);
      return List.of();
    }
    Compiled known = compiled.get(tenant);
    if (known == null || known.source != current) {
      known = new Compiled(current, current.stream().map(Deletion::of).toList());
      compiled.put(tenant, known);
    }
    return known.deletions;
  }

  private static @Nullable BlockView without(
      List<Deletion> deletions, Labels stream, BlockView block) {
    BitSet deleted = new BitSet();
    for (Deletion deletion : deletions) {
      if (deletion.request.overlaps(block.minTimestamp(), block.maxTimestamp())) {
        mark(deletion, stream, block, deleted);
      }
    }
    if (deleted.isEmpty()) {
      return block;
    }
    if (deleted.cardinality() == block.size()) {
      return null;
    }
    deleted.flip(0, block.size());
    return new RowSubset(block, deleted.stream().toArray());
  }

  private static void mark(Deletion deletion, Labels stream, BlockView block, BitSet deleted) {
    int from = block.lowerBound(deletion.request.startNanos());
    int to = block.upperBound(deletion.request.endNanos());
    if (from >= to) {
      return;
    }
    if (deletion.pipeline.isPassThrough()) {
      deleted.set(from, to);
      return;
    }
    if (deletion.filter.canSkip(block)) {
      return;
    }
    int[] rows = new int[to - from];
    int count = select(deletion.filter, block, from, to, rows);
    if (deletion.rest.isPassThrough()) {
      for (int i = 0; i < count; i++) {
        deleted.set(rows[i]);
      }
    } else {
      process(deletion.rest.forStream(stream), block, rows, count, deleted);
    }
  }

  private static int select(BlockFilter filter, BlockView block, int from, int to, int[] rows) {
    if (!filter.isEmpty()) {
      return filter.select(block, from, to, rows);
    }
    for (int i = from; i < to; i++) {
      rows[i - from] = i;
    }
    return to - from;
  }

  private static void process(
      LineProcessor processor, BlockView block, int[] rows, int count, BitSet deleted) {
    long[] timestamps = block.timestamps();
    int[] offsets = block.lineOffsets();
    int[] metadataIds = block.metadataIds();
    MetadataTable metadata = block.metadata();
    byte[] lines = block.lines();
    for (int i = 0; i < count; i++) {
      int row = rows[i];
      int length = offsets[row + 1] - offsets[row];
      Labels set = metadata.get(metadataIds[row]);
      if (processor.process(timestamps[row], lines, offsets[row], length, set)) {
        deleted.set(row);
      }
    }
  }
}
