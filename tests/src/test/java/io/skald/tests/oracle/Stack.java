package io.skald.tests.oracle;

import io.skald.common.block.LogSource;
import io.skald.common.ingest.EntryRejection;
import io.skald.common.ingest.StreamBatch;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.ingester.Ingester;
import io.skald.ingester.IngesterConfig;
import io.skald.ingester.IngesterLimits;
import io.skald.logql.engine.QueryStatistics;
import io.skald.querier.source.DeletedEntries;
import io.skald.querier.source.QueryData;
import io.skald.querier.source.ReadTenants;
import io.skald.querier.source.StreamSources;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.delete.DeleteRequests;
import io.skald.storage.index.RocksLabelIndex;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pattern.PatternConfig;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import io.skald.storage.wal.DirectoryWalDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A real ingester with log, index and store, read as a querier reads. Every set of entries is a
 * tenant of its own: some of it flushed, some in memory, at random.
 */
final class Stack implements AutoCloseable {
  private static final long MIB = 1 << 20;

  private final RocksLabelIndex index;
  private final DirectoryWalDisk disk;
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final Ingester ingester;
  private final DeleteRequests deletes;
  private final QueryData data;
  private int tenants;

  Stack(Path directory) {
    try {
      InMemoryObjectStore store = new InMemoryObjectStore();
      Clock clock = new FixedClock();
      index = new RocksLabelIndex(directory.resolve("index"));
      disk = DirectoryWalDisk.open(directory.resolve("wal"));
      ingester =
          new Ingester(
              config(directory),
              PatternConfig.DEFAULTS,
              disk,
              new PackWriter(store, clock, new SplittableRandom(1)),
              index,
              decoder,
              _ -> new IngesterLimits.Limits(0, true, true),
              clock,
              new SplittableRandom(2));
      ingester.start();
      ChunkReader reader = new ChunkReader(store, new ChunkCaches(CacheConfig.DEFAULT), decoder);
      deletes = new DeleteRequests(store, clock);
      data =
          new QueryData(
              StreamSources.of(ingester, ingester, index),
              reader,
              new DeletedEntries(deletes, _ -> true));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Small blocks and chunks; nothing happens by itself. */
  private static IngesterConfig config(Path directory) {
    IngesterConfig defaults = IngesterConfig.defaults();
    IngesterConfig.Wal wal = defaults.wal();
    return new IngesterConfig(
        1024,
        4096,
        defaults.maxChunkAge(),
        defaults.chunkIdlePeriod(),
        Duration.ofDays(1),
        defaults.concurrentFlushes(),
        MIB,
        256 * MIB,
        defaults.maxPushWait(),
        defaults.sealThreads(),
        new IngesterConfig.Wal(
            true,
            directory.resolve("wal"),
            wal.segmentSize(),
            wal.checkpointDuration(),
            wal.checkpointSize(),
            wal.replayMemoryCeiling(),
            wal.maxQueuedBytes(),
            wal.maxQueueWait()));
  }

  /** The data is in the past; time stands still. */
  static final class FixedClock implements Clock {
    @Override
    public long nowNanos() {
      return RandomData.START + 2 * RandomData.SECONDS * RandomData.SECOND;
    }

    @Override
    public long monotonicNanos() {
      return 0;
    }
  }

  /** Returns all that is here. */
  QueryData data() {
    return data;
  }

  DeleteRequests deletes() {
    return deletes;
  }

  /** Stores what is in memory. */
  void flush() {
    ingester.flush();
  }

  /** Pushes entries in the order of arrival, in batches, with flushes in between. */
  LogSource source(List<PlainEntry> entries, SplittableRandom random) {
    TenantId tenant = new TenantId("t" + tenants++);
    for (int from = 0; from < entries.size(); ) {
      int to = Math.min(entries.size(), from + 1 + random.nextInt(60));
      push(tenant, entries.subList(from, to));
      from = to;
      if (random.nextInt(4) == 0) {
        ingester.flush();
      }
    }
    return data.entries(ReadTenants.of(tenant), new QueryStatistics(), new ReadStatistics());
  }

  void push(TenantId tenant, List<PlainEntry> entries) {
    Map<Map<String, String>, List<PlainEntry>> byStream = new LinkedHashMap<>();
    entries.forEach(entry ->
        byStream.computeIfAbsent(entry.stream(), _ -> new java.util.ArrayList<>()).add(entry));
    List<StreamBatch> batches =
        byStream.entrySet().stream()
            .map(stream -> {
              Labels labels = Labels.of(stream.getKey());
              return new StreamBatch(labels, Fingerprint.of(labels), Batches.of(stream.getValue()));
            })
            .toList();
    List<EntryRejection> refused = ingester.push(tenant, batches);
    if (!refused.isEmpty()) {
      throw new AssertionError("the ingester refused entries: " + refused);
    }
  }

  @Override
  public void close() {
    ingester.close();
    index.close();
    decoder.close();
    try {
      disk.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
