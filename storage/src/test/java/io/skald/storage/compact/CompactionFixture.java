package io.skald.storage.compact;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.index.IndexFileCache;
import io.skald.storage.index.IndexFileName;
import io.skald.storage.index.IndexMerge;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.index.ShippedIndex;
import io.skald.storage.index.ShippingIndex;
import io.skald.storage.index.StreamIndex;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import io.skald.storage.wal.DrivenClock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An index and packs in one object store, a compactor over them, and readers. */
final class CompactionFixture implements AutoCloseable {
  static final TenantId TENANT = new TenantId("t_1");
  static final long NOW = 1_795_200_000_000_000_000L;
  static final CompactionConfig CONFIG =
      new CompactionConfig(
          Duration.ofMinutes(5),
          Duration.ofHours(2),
          Duration.ofHours(24),
          4_000,
          100_000,
          20_000,
          1 << 20);

  final DrivenClock clock = new DrivenClock(NOW);
  final ObjectStore objects;

  /** What the compactor sees, unless the test brings its own store. */
  final FaultyObjectStore faulty;

  final ShippingIndex index;
  private final Path directory;
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final BlockSealer sealer = new BlockSealer(decoder);
  private final Deque<AutoCloseable> closers = new ArrayDeque<>();
  private final PackWriter packs;
  private final ObjectStore compacted;
  private final CompactionConfig config;
  private final Random noise;
  private int noiseBytes;
  private long nextChunk = 1;
  private int readers;

  CompactionFixture(Path directory, long seed) {
    this(directory, seed, new InMemoryObjectStore(), null, CONFIG);
  }

  /**
   * As the other one, over a store and with a configuration of the test.
   *
   * @param objects stays open
   */
  CompactionFixture(Path directory, long seed, ObjectStore objects, CompactionConfig config) {
    this(directory, seed, objects, objects, config);
  }

  private CompactionFixture(
      Path directory,
      long seed,
      ObjectStore objects,
      @Nullable ObjectStore compacted,
      CompactionConfig config) {
    this.directory = directory;
    this.objects = objects;
    this.config = config;
    this.noise = new Random(seed + 3);
    this.faulty = new FaultyObjectStore(objects, new Random(seed), _ -> {});
    this.compacted = compacted == null ? faulty : compacted;
    this.packs = new PackWriter(objects, clock, new Random(seed + 1));
    this.index =
        new ShippingIndex(
            new ShippingIndex.Settings(
                directory.resolve("local"),
                directory.resolve("cache"),
                1 << 30,
                Duration.ofHours(1)),
            objects,
            "test",
            clock,
            new Random(seed + 2));
    closers.push(sealer::close);
    closers.push(decoder::close);
    closers.push(index);
  }

  /** An entry as a reader sees it. */
  record Entry(Labels labels, long timestamp, String line) {}

  Compactor compactor() {
    return compactor((_, _) -> 0, EntryRemovals.NONE, "one");
  }

  Compactor compactor(Retention retention, EntryRemovals removals, String holder) {
    IndexFileCache files = files(compacted);
    Compactor compactor =
        new Compactor(
            config,
            new Compactor.Parts(
                compacted,
                new IndexMerge(
                    compacted,
                    files,
                    directory.resolve("making" + readers),
                    holder,
                    clock,
                    new Random(readers)),
                new PackWriter(compacted, clock, new Random(100 + readers)),
                decoder,
                directory.resolve("copies"),
                clock),
            retention,
            removals,
            holder,
            Duration.ofMinutes(30),
            index.shipped()::refresh);
    closers.push(compactor);
    return compactor;
  }

  private IndexFileCache files(ObjectStore store) {
    IndexFileCache files =
        new IndexFileCache(
            directory.resolve("files" + readers++),
            1 << 30,
            name -> store.read(name.key(), 0, name.length()));
    closers.push(files);
    return files;
  }

  /** Returns an index that has nothing but the object store. */
  ShippedIndex reader() {
    return new ShippedIndex(objects, files(objects), Duration.ZERO, clock);
  }

  /** Adds to every line that is flushed from now on bytes that do not compress well. */
  void noise(int bytes) {
    noiseBytes = bytes;
  }

  private String noise() {
    byte[] bytes = new byte[noiseBytes];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (' ' + noise.nextInt(95));
    }
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  /** Flushes one pack with one chunk for each stream: {@code count} entries from a time on. */
  List<Entry> flush(long fromNanos, long stepNanos, int count, Labels... streams) {
    List<Chunk> chunks = new ArrayList<>();
    List<Entry> entries = new ArrayList<>();
    for (Labels labels : streams) {
      long[] timestamps = new long[count];
      int[] offsets = new int[count + 1];
      StringBuilder lines = new StringBuilder();
      for (int i = 0; i < count; i++) {
        timestamps[i] = fromNanos + i * stepNanos;
        String line = "line at " + timestamps[i] + noise() + (i % 3 == 0 ? " secret" : " open");
        lines.append(line);
        offsets[i + 1] = lines.length();
        entries.add(new Entry(labels, timestamps[i], line));
      }
      BlockView block =
          ColumnBlock.of(
              count,
              timestamps,
              offsets,
              lines.toString().getBytes(StandardCharsets.UTF_8),
              new int[count],
              new MetadataTable());
      synchronized (sealer) {
        chunks.add(
            new Chunk(nextChunk++, labels, Fingerprint.of(labels), List.of(sealer.seal(block))));
      }
    }
    List<ChunkRef> refs = packs.write(TENANT, chunks).refs();
    List<IndexedChunk> indexed = new ArrayList<>();
    for (int i = 0; i < refs.size(); i++) {
      indexed.add(
          new IndexedChunk(chunks.get(i).labels(), chunks.get(i).fingerprint(), refs.get(i)));
    }
    index.commit(TENANT, indexed, Map.of());
    return entries;
  }

  /** Returns all entries in the order in which they are found; what stands twice is there twice. */
  List<Entry> entries(StreamIndex from) {
    ChunkReader reader =
        new ChunkReader(objects, new ChunkCaches(new CacheConfig(0, 0, 0)), decoder);
    List<Entry> entries = new ArrayList<>();
    for (IndexedStream stream : from.select(TENANT, List.of(), Long.MIN_VALUE, Long.MAX_VALUE)) {
      for (ChunkRef ref : stream.chunks()) {
        for (BlockView block :
            reader.blocks(ref, Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics())) {
          for (int i = 0; i < block.size(); i++) {
            entries.add(
                new Entry(
                    stream.labels(),
                    block.timestamps()[i],
                    new String(
                        block.lines(),
                        block.lineOffsets()[i],
                        block.lineOffsets()[i + 1] - block.lineOffsets()[i],
                        StandardCharsets.UTF_8)));
          }
        }
      }
    }
    return entries;
  }

  long chunkCount(StreamIndex from) {
    return from.select(TENANT, List.of(), Long.MIN_VALUE, Long.MAX_VALUE).stream()
        .mapToLong(stream -> stream.chunks().size())
        .sum();
  }

  Set<String> packKeys(StreamIndex from) {
    Set<String> keys = new HashSet<>();
    from.select(TENANT, List.of(), Long.MIN_VALUE, Long.MAX_VALUE)
        .forEach(stream -> stream.chunks().forEach(chunk -> keys.add(chunk.packKey())));
    return keys;
  }

  List<String> packsInStore() {
    return objects.list("t__1/packs/");
  }

  List<String> indexFilesInStore() {
    return objects.list(IndexFileName.prefix(TENANT)).stream()
        .filter(key -> key.endsWith(".sst"))
        .toList();
  }

  @Override
  public void close() throws Exception {
    while (!closers.isEmpty()) {
      closers.pop().close();
    }
  }
}
