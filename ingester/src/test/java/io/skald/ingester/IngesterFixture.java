package io.skald.ingester;

import io.skald.common.block.BlockView;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.StorageException;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.RecentStreams.RecentStream;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.LabelMatcher;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.index.RocksLabelIndex;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import io.skald.storage.wal.DrivenClock;
import io.skald.storage.wal.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * An ingester on a simulated disk, with a real index and an object store in memory, and a reader
 * that follows the contract: memory first, then the index, each chunk once.
 */
final class IngesterFixture implements AutoCloseable {
  static final TenantId TENANT = new TenantId("t-def");
  static final long NOW = 1_795_200_000_000_000_000L;

  final DrivenClock clock = new DrivenClock(NOW);
  final BreakableStore store = new BreakableStore();
  final RocksLabelIndex index;
  PatternConfig patterns = PatternConfig.DEFAULTS;
  SimulatedDisk disk = new SimulatedDisk();
  IngesterLimits limits = IngesterLimits.defaults();
  private final RandomGenerator random;
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final ChunkReader reader =
      new ChunkReader(store, new ChunkCaches(CacheConfig.DEFAULT), decoder);

  IngesterFixture(Path directory, long seed) {
    index = new RocksLabelIndex(directory);
    random = new Random(seed);
  }

  /** Small blocks, chunks and segments, nothing that happens by itself. */
  static IngesterConfig config() {
    return config(1 << 20, 4096, 4096);
  }

  /** As {@link #config()}, with a checkpoint whenever there is more than one segment. */
  static IngesterConfig checkpointing() {
    return config(1 << 20, 4096, 4096, 1);
  }

  static IngesterConfig config(long maxUnflushedBytes, long chunkTargetSize, long walSegmentSize) {
    return config(maxUnflushedBytes, chunkTargetSize, walSegmentSize, 1 << 20);
  }

  private static IngesterConfig config(
      long maxUnflushedBytes, long chunkTargetSize, long walSegmentSize, long checkpointSize) {
    return new IngesterConfig(
        1024,
        chunkTargetSize,
        Duration.ofHours(2),
        Duration.ofMinutes(30),
        Duration.ofDays(1),
        2,
        1 << 20,
        maxUnflushedBytes,
        Duration.ofMillis(200),
        2,
        new IngesterConfig.Wal(
            true,
            Path.of("unused"),
            walSegmentSize,
            Duration.ofMinutes(5),
            checkpointSize,
            1 << 16,
            1 << 20,
            Duration.ZERO));
  }

  Ingester started() throws IOException {
    return started(config());
  }

  Ingester started(IngesterConfig config) throws IOException {
    Ingester ingester = created(config);
    ingester.start();
    return ingester;
  }

  Ingester created(IngesterConfig config) throws IOException {
    return new Ingester(
        config,
        patterns,
        disk,
        new PackWriter(store, clock, random),
        index,
        decoder,
        limits,
        clock,
        random);
  }

  /**
   * Ends an ingester as a crash does: what is not on the disk, in the index or the store is gone.
   */
  void crash(Ingester ingester, Random chance) {
    SimulatedDisk found = disk.crash(chance);
    store.breakWith("crashed");
    ingester.close();
    store.repair();
    disk = found;
  }

  static Labels stream(String app) {
    return Labels.of("app", app, "env", "dev");
  }

  static List<EntryRejection> push(
      Ingester ingester, Labels labels, long timestamp, String... lines) {
    return ingester.push(TENANT, List.of(batch(labels, timestamp, lines)));
  }

  /** Returns lines with timestamps that follow each other, one nanosecond apart. */
  static StreamBatch batch(Labels labels, long timestamp, String... lines) {
    EntryBatch.Builder builder =
        new EntryBatch.Builder(
            String.join("", lines).getBytes(StandardCharsets.UTF_8), new MetadataTable());
    int at = 0;
    for (int i = 0; i < lines.length; i++) {
      int length = lines[i].getBytes(StandardCharsets.UTF_8).length;
      builder.add(timestamp + i, at, length, 0);
      at += length;
    }
    return new StreamBatch(labels, Fingerprint.of(labels), builder.build());
  }

  /** Returns every stored line of a stream, with repeats, in the order of memory, then index. */
  List<String> lines(Ingester ingester, Labels labels) {
    return lines(ingester, TENANT, labels);
  }

  List<String> lines(Ingester ingester, TenantId tenant, Labels labels) {
    List<String> result = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    List<LabelMatcher> matchers = matchersOf(labels);
    for (RecentStream recent : ingester.select(tenant, matchers, Long.MIN_VALUE, Long.MAX_VALUE)) {
      recent.blocks().forEach(block -> addLines(block, result));
      seen.addAll(recent.chunkIds());
    }
    result.addAll(storedLines(tenant, labels, seen));
    return result;
  }

  /** Returns the lines of a stream in object storage, without those of some chunks. */
  List<String> storedLines(TenantId tenant, Labels labels, Set<Long> exceptChunks) {
    List<String> result = new ArrayList<>();
    for (IndexedStream stream :
        index.select(tenant, matchersOf(labels), Long.MIN_VALUE, Long.MAX_VALUE)) {
      for (ChunkRef chunk : stream.chunks()) {
        if (!exceptChunks.contains(chunk.chunkId())) {
          reader
              .blocks(chunk, Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics())
              .forEach(block -> addLines(block, result));
        }
      }
    }
    return result;
  }

  static List<LabelMatcher> matchersOf(Labels labels) {
    List<LabelMatcher> matchers = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      matchers.add(new LabelMatcher(labels.name(i), LabelMatcher.Operator.EQUAL, labels.value(i)));
    }
    return matchers;
  }

  static void addLines(BlockView block, List<String> result) {
    int[] offsets = block.lineOffsets();
    byte[] lines = block.lines();
    for (int i = 0; i < block.size(); i++) {
      result.add(
          new String(lines, offsets[i], offsets[i + 1] - offsets[i], StandardCharsets.UTF_8));
    }
  }

  @Override
  public void close() {
    index.close();
  }

  /** An object store that can stop to take objects. */
  static final class BreakableStore implements ObjectStore {
    private final InMemoryObjectStore store = new InMemoryObjectStore();
    private volatile String fault = "";
    private volatile boolean faultAfterwards;

    void breakWith(String why) {
      fault = why;
      faultAfterwards = false;
    }

    /** From now on an object is stored and the writer told that it is not. */
    void breakAfterPut() {
      fault = "lost answer";
      faultAfterwards = true;
    }

    void repair() {
      fault = "";
    }

    @Override
    public void put(String key, List<ByteBuffer> parts) {
      String why = fault;
      if (why.isEmpty() || faultAfterwards) {
        store.put(key, parts);
      }
      if (!why.isEmpty()) {
        throw new StorageException(why);
      }
    }

    @Override
    public byte[] read(String key, long offset, int length) {
      return store.read(key, offset, length);
    }

    @Override
    public byte[] read(String key) {
      return store.read(key);
    }

    @Override
    public long size(String key) {
      return store.size(key);
    }

    @Override
    public List<String> list(String prefix) {
      return store.list(prefix);
    }

    @Override
    public void delete(String key) {
      store.delete(key);
    }
  }
}
