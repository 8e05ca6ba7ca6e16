package io.skald.querier.source;

import io.skald.common.block.BlockView;
import io.skald.common.block.LogSource;
import io.skald.common.block.ReadRoom;
import io.skald.common.block.StreamBlocks;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.StreamShard;
import io.skald.common.model.TenantId;
import io.skald.logql.engine.QueryStatistics;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One tenant's entries for one query. */
final class TenantLogSource implements LogSource {
  private final TenantId tenant;
  private final StreamShard shard;
  private final StreamSources sources;
  private final ChunkReader reader;
  private final @Nullable DeletedEntries deleted;
  private final QueryStatistics statistics;
  private final ReadStatistics reads;

  TenantLogSource(
      TenantId tenant,
      StreamShard shard,
      StreamSources sources,
      ChunkReader reader,
      @Nullable DeletedEntries deleted,
      QueryStatistics statistics,
      ReadStatistics reads) {
    this.tenant = tenant;
    this.shard = shard;
    this.sources = sources;
    this.reader = reader;
    this.deleted = deleted;
    this.statistics = statistics;
    this.reads = reads;
  }

  private record ChunkBlock(long chunkId, BlockView block) {}

  @Override
  public List<StreamBlocks> select(
      List<LabelMatcher> matchers, long fromNanos, long throughNanos, ReadRoom room) {
    return join(
        sources.find(tenant, matchers, shard, fromNanos, throughNanos, room),
        fromNanos,
        throughNanos,
        room);
  }

  /** Returns the streams that were found, each with all its blocks, nothing twice. */
  List<StreamBlocks> join(
      StreamSources.Found found, long fromNanos, long throughNanos, ReadRoom room) {
    Map<Fingerprint, RecentStream> inMemory = new HashMap<>();
    for (RecentStream stream : found.inMemory()) {
      inMemory.put(stream.fingerprint(), stream);
    }
    List<StreamBlocks> result = new ArrayList<>();
    reader.prepare(found.indexed().stream().flatMap(stream -> stream.chunks().stream()).toList());
    for (IndexedStream stream : found.indexed()) {
      RecentStream unflushed = inMemory.remove(stream.fingerprint());
      List<ChunkBlock> blocks = new ArrayList<>();
      Set<Long> held = unflushed == null ? Set.of() : new HashSet<>(unflushed.chunkIds());
      for (ChunkRef chunk : stream.chunks()) {
        if (!held.contains(chunk.chunkId())) {
          statistics.chunks.increment();
          for (BlockView block : reader.blocks(chunk, fromNanos, throughNanos, reads)) {
            blocks.add(new ChunkBlock(chunk.chunkId(), block));
          }
        }
      }
      if (unflushed != null) {
        addRecent(blocks, unflushed);
      }
      addStream(result, stream.labels(), blocks, room);
    }
    for (RecentStream stream : inMemory.values()) {
      List<ChunkBlock> blocks = new ArrayList<>();
      addRecent(blocks, stream);
      addStream(result, stream.labels(), blocks, room);
    }
    statistics.streams.add(result.size());
    return result;
  }

  private void addRecent(List<ChunkBlock> blocks, RecentStream stream) {
    for (int i = 0; i < stream.blocks().size(); i++) {
      BlockView block = stream.blocks().get(i);
      statistics.headLines.add(block.size());
      statistics.headBytes.add(block.lineBytes());
      blocks.add(new ChunkBlock(stream.chunkIds().get(i), block));
    }
  }

  /** Chunk ids ascend in the order the chunks were begun: together, the order of arrival. */
  private void addStream(
      List<StreamBlocks> result, Labels labels, List<ChunkBlock> blocks, ReadRoom room) {
    room.check();
    if (!blocks.isEmpty()) {
      blocks.sort(Comparator.comparingLong(ChunkBlock::chunkId));
      List<BlockView> views = blocks.stream().map(ChunkBlock::block).toList();
      List<BlockView> once = DuplicateFilter.withoutDuplicates(views, room::check);
      List<BlockView> left = deleted == null ? once : deleted.without(tenant, labels, once);
      if (!left.isEmpty()) {
        result.add(new StreamBlocks(labels, left));
      }
    }
  }
}
