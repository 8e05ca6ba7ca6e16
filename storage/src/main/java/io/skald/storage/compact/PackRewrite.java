package io.skald.storage.compact;

import io.skald.common.block.BlockView;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.pattern.PatternSamples;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.SealedBlock;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternArea;
import io.skald.storage.pattern.PatternCopies;
import io.skald.storage.pattern.PatternMerge;
import io.skald.storage.pattern.PatternReader;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes chunks anew, merged by stream, into new packs. Nothing refers to these until the caller
 * says so. Confined to one thread.
 */
final class PackRewrite {
  private static final CacheConfig NO_CACHE = new CacheConfig(0, 0, 0);
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  /**
   * Room for the entries of the chunks that are merged at once: replicas of one stretch of time.
   */
  private static final int CHUNKS_AT_ONCE = 4;

  private static final long PATTERN_CACHE_BYTES = 1 << 20;

  /** As ingesters keep of a chunk. */
  private static final int MAX_KEPT_PATTERNS = 1000;

  private final TenantId tenant;
  private final CompactionConfig config;
  private final ObjectStore source;
  private final PackWriter writer;
  private final PatternReader patterns;
  private final ColumnDecoder decoder;
  private final StreamMerge merge;
  private final CompactionCounters counters;
  private final List<IndexedChunk> written = new ArrayList<>();

  // The pack in the making.
  private final List<Chunk> chunks = new ArrayList<>();
  private final Map<Long, List<PatternSamples>> samples = new LinkedHashMap<>();
  private long bytes;

  /**
   * @param source of the packs that are read
   */
  PackRewrite(
      TenantId tenant,
      CompactionConfig config,
      ObjectStore source,
      PackWriter writer,
      ColumnDecoder decoder,
      StreamMerge merge,
      CompactionCounters counters) {
    this.tenant = tenant;
    this.config = config;
    this.source = source;
    this.writer = writer;
    this.patterns = new PatternReader(source, decoder, PATTERN_CACHE_BYTES);
    this.decoder = decoder;
    this.merge = merge;
    this.counters = counters;
  }

  /**
   * Writes the entries of these chunks, but for those that are to be removed.
   *
   * @return where they are now
   */
  List<IndexedChunk> run(List<IndexedChunk> sources, List<EntryRemovals.Removal> removals) {
    TreeMap<Labels, List<IndexedChunk>> streams = new TreeMap<>(); // in this order queries read
    sources.forEach(
        source -> streams.computeIfAbsent(source.labels(), _ -> new ArrayList<>()).add(source));
    for (List<IndexedChunk> stream : streams.values()) {
      stream.sort(Comparator.comparingLong(chunk -> chunk.chunk().minTimestamp()));
      for (List<IndexedChunk> group : groups(stream)) {
        rewrite(group, removals);
      }
    }
    writePack();
    return written;
  }

  /** Cuts the chunks of a stream, sorted by time, into what is merged: never across days. */
  private List<List<IndexedChunk>> groups(List<IndexedChunk> stream) {
    List<List<IndexedChunk>> groups = new ArrayList<>();
    List<IndexedChunk> group = new ArrayList<>();
    long lineBytes = 0;
    for (IndexedChunk chunk : stream) {
      boolean fits =
          lineBytes + chunk.chunk().lineBytes()
              <= (long) CHUNKS_AT_ONCE * config.lineBytesPerChunk();
      if (!group.isEmpty() && (!fits || !isSameDay(group.getFirst(), chunk))) {
        groups.add(group);
        group = new ArrayList<>();
        lineBytes = 0;
      }
      group.add(chunk);
      lineBytes += chunk.chunk().lineBytes();
    }
    groups.add(group);
    return groups;
  }

  private static boolean isSameDay(IndexedChunk a, IndexedChunk b) {
    return Math.floorDiv(a.chunk().minTimestamp(), NANOS_PER_DAY)
        == Math.floorDiv(b.chunk().minTimestamp(), NANOS_PER_DAY);
  }

  private void rewrite(List<IndexedChunk> group, List<EntryRemovals.Removal> removals) {
    Labels labels = group.getFirst().labels();
    List<IndexedChunk> arrivals = new ArrayList<>(group);
    arrivals.sort(Comparator.comparingLong(chunk -> chunk.chunk().chunkId()));
    List<BlockView> blocks = new ArrayList<>();
    long entries = 0;
    for (IndexedChunk source : arrivals) {
      blocks.addAll(blocks(source.chunk()));
      entries += source.chunk().entries();
    }
    List<BlockView> left = List.of(StreamMerge.join(blocks));
    long distinct = left.getFirst().size();
    for (EntryRemovals.Removal removal : removals) {
      left = removal.without(labels, left);
    }
    counters.mergedChunks.add(group.size());
    counters.duplicateEntries.add(entries - distinct);
    counters.removedEntries.add(distinct - left.stream().mapToLong(BlockView::size).sum());
    if (left.isEmpty()) {
      return;
    }
    BlockView rest = left.getFirst();
    // Patterns count entries that are gone, and may say what these said: then they go, too.
    List<PatternSamples> kept =
        rest.size() < distinct ? List.of() : patterns(group, distinct < entries);
    for (Chunk chunk : merge.chunks(rest, group)) {
      chunks.add(chunk);
      samples.put(chunk.id(), kept);
      kept = List.of(); // of the stream, not of the chunk: they stand once
      bytes += chunk.blocks().stream().mapToLong(SealedBlock::sizeBytes).sum();
    }
    if (bytes >= config.maxPackBytes()) {
      writePack();
    }
  }

  private List<PatternSamples> patterns(List<IndexedChunk> sources, boolean copies) {
    PatternCopies byWriter = new PatternCopies();
    for (IndexedChunk source : sources) {
      String writer = copies ? PackWriter.writerOf(source.chunk().packKey()) : "";
      for (PatternSamples one : patterns.patterns(source.chunk())) {
        byWriter.add(writer, one, Long.MIN_VALUE, Long.MAX_VALUE);
      }
    }
    PatternMerge all = new PatternMerge();
    byWriter.fullest().forEach(all::add);
    List<PatternSamples> merged = all.patterns();
    return merged.subList(0, Math.min(merged.size(), MAX_KEPT_PATTERNS));
  }

  private List<BlockView> blocks(ChunkRef ref) {
    ChunkReader reader =
        new ChunkReader(new FetchedChunk(source, ref), new ChunkCaches(NO_CACHE), decoder);
    return reader.blocks(ref, Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics());
  }

  private void writePack() {
    if (chunks.isEmpty()) {
      return;
    }
    List<ChunkRef> refs = writer.write(tenant, chunks, annex()).refs();
    for (int i = 0; i < refs.size(); i++) {
      Chunk chunk = chunks.get(i);
      written.add(new IndexedChunk(chunk.labels(), chunk.fingerprint(), refs.get(i)));
    }
    counters.writtenPacks.increment();
    counters.writtenChunks.add(refs.size());
    chunks.clear();
    samples.clear();
    bytes = 0;
  }

  private byte[] annex() {
    if (samples.values().stream().allMatch(List::isEmpty)) {
      return new byte[0];
    }
    try (PatternArea.Builder area = new PatternArea.Builder()) {
      samples.forEach(area::add);
      return area.build();
    }
  }
}
