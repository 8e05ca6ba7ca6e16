package io.skald.storage.check;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.skald.storage.chunk.RandomBlocks;
import io.skald.storage.index.IndexedChunk;
import io.skald.storage.index.IndexedStream;
import io.skald.storage.index.ShippingIndex;
import io.skald.storage.object.FaultyObjectStore;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import io.skald.storage.pack.WrittenPack;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import io.skald.storage.wal.DrivenClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two packs of two chunks with two blocks each, and an index of them; then something breaks. */
final class StorageRepairTest {
  private static final long NOON = 1_767_268_800_000_000_000L;
  private static final TenantId TENANT = new TenantId("t");
  private static final int ENTRIES = 16;

  @TempDir Path directory;
  private final InMemoryObjectStore store = new InMemoryObjectStore();
  private final DrivenClock clock = new DrivenClock(NOON);
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final Random random = new Random(7);
  private final List<String> said = new ArrayList<>();
  private WrittenPack first;

  @BeforeEach
  void write() {
    PackWriter writer = new PackWriter(store, clock, new Random(1));
    first = writer.write(TENANT, List.of(chunk(1), chunk(2)));
    WrittenPack second = writer.write(TENANT, List.of(chunk(3), chunk(4)));
    try (ShippingIndex index = openIndex()) {
      index.commit(TENANT, List.of(indexed(1, first, 0), indexed(2, first, 1)), Map.of(key(1), 7L));
      index.commit(TENANT, List.of(indexed(3, second, 0), indexed(4, second, 1)), Map.of());
    }
  }

  @AfterEach
  void close() {
    decoder.close();
  }

  @Test
  void verify_nothingDamaged_isWhole() {
    assertThat(verifyPacks()).allMatch(PackReport::isWhole);
    IndexReport index = verifyIndex();
    assertThat(index.faults()).isEmpty();
    assertThat(index.unknownChunks()).isZero();
    assertThat(repair()).isZero();
    assertThat(said).isEmpty();
    assertThat(lines()).hasSize(ENTRIES);
  }

  @Test
  void verify_anyBitOfAPackFlipped_isToldAndRepairedWithWhatIsLeft() {
    byte[] whole = bytes(first.key());
    Random random = new Random(5);
    for (int round = 0; round < 60; round++) {
      byte[] damaged = whole.clone();
      int bit = random.nextInt(8 * damaged.length);
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      store.put(first.key(), List.of(ByteBuffer.wrap(damaged)));
      PackReport report = new PackCheck(store, decoder).verify(first.key());
      assertThat(report.isWhole()).as("bit %d", bit).isFalse();
      assertThat(report.faults().getFirst()).contains(first.key());
    }
  }

  @Test
  void repair_oneBlockDamaged_losesThatBlockAlone() {
    byte[] damaged = bytes(first.key());
    ChunkRef ref = first.refs().getFirst();
    damaged[(int) ref.linesEnd() - 1] ^= 1;
    store.put(first.key(), List.of(ByteBuffer.wrap(damaged)));

    assertThat(repair()).isEqualTo(2);

    assertThat(said.getFirst())
        .contains(first.key())
        .contains("lost 2 of 4 entries of {app=\"a1\"}")
        .contains("LINES");
    assertThat(bytes("_damaged/" + first.key())).isEqualTo(damaged);
    assertThat(store.list("t/packs/")).hasSize(2).doesNotContain(first.key());
    assertThat(lines()).hasSize(ENTRIES - 2);
    assertThat(verifyPacks()).allMatch(PackReport::isWhole);
    assertThat(verifyIndex().faults()).isEmpty();
    assertThat(position()).isEqualTo(7);
  }

  @Test
  void repair_directoryCutOff_takesItFromTheIndex() {
    byte[] whole = bytes(first.key());
    store.put(first.key(), List.of(ByteBuffer.wrap(Arrays.copyOf(whole, whole.length - 30))));

    assertThat(repair()).isZero();

    assertThat(lines()).hasSize(ENTRIES);
    assertThat(said).anyMatch(line -> line.contains("8 entries are whole"));
  }

  @Test
  void repair_packCutInsideAChunk_keepsTheChunksBefore() {
    byte[] whole = bytes(first.key());
    int end = (int) first.refs().get(1).offset() + 3;
    store.put(first.key(), List.of(ByteBuffer.wrap(Arrays.copyOf(whole, end))));

    assertThat(repair()).isEqualTo(4);

    assertThat(lines()).hasSize(ENTRIES - 4);
  }

  @Test
  void repair_directoryAndIndexLost_setsThePackAsideAndSaysSo() throws IOException {
    byte[] whole = bytes(first.key());
    store.put(first.key(), List.of(ByteBuffer.wrap(Arrays.copyOf(whole, whole.length - 30))));
    store.list("_index/").forEach(store::delete);

    repair();

    assertThat(said).anyMatch(line -> line.contains("neither its directory nor the index"));
    assertThat(store.list("_damaged/")).containsExactly("_damaged/" + first.key());
    assertThat(lines()).hasSize(ENTRIES / 2);
  }

  @Test
  void repair_indexGarbled_isBuiltAnewAndKept() throws IOException {
    Files.writeString(indexDirectory().resolve("CURRENT"), "garbage");
    assertThat(verifyIndex().faults()).hasSize(1);

    repair();

    assertThat(lines()).hasSize(ENTRIES);
    assertThat(verifyIndex().faults()).isEmpty();
    assertThat(directory.resolve("index.damaged-" + clock.nowMillis())).isDirectory();
    assertThat(said).anyMatch(line -> line.contains("what of the WAL is stored already"));
  }

  @Test
  void repair_indexFileDamagedOrGone_isBuiltAnewFromThePacks() {
    List<String> files = store.list("_index/t/new/");
    byte[] damaged = bytes(files.getFirst());
    damaged[damaged.length / 2] ^= 4;
    store.put(files.getFirst(), List.of(ByteBuffer.wrap(damaged)));
    store.delete(files.getLast());
    assertThat(files).hasSize(2);
    assertThat(verifyIndex().faults()).singleElement().asString().contains(files.getFirst());

    repair();

    assertThat(bytes("_damaged/" + files.getFirst())).isEqualTo(damaged);
    assertThat(verifyIndex().faults()).isEmpty();
    assertThat(verifyIndex().unknownChunks()).isZero();
    assertThat(lines()).hasSize(ENTRIES);
    assertThat(position()).isEqualTo(7);
  }

  @Test
  void repair_manifestDamaged_isReplaced() {
    repair(true);
    clock.advance(Duration.ofMillis(1));
    byte[] damaged = bytes("_index/t/manifest");
    damaged[9] ^= 1;
    store.put("_index/t/manifest", List.of(ByteBuffer.wrap(damaged)));
    assertThat(verifyIndex().faults()).singleElement().asString().contains("_index/t/manifest");

    repair();

    assertThat(bytes("_damaged/_index/t/manifest")).isEqualTo(damaged);
    assertThat(verifyIndex().faults()).isEmpty();
    assertThat(lines()).hasSize(ENTRIES);
  }

  @Test
  void verify_filesNotSentYet_count() {
    FaultyObjectStore down = new FaultyObjectStore(store, random, _ -> {});
    down.faults(FaultyObjectStore.Faults.DOWN);
    WrittenPack third =
        new PackWriter(store, clock, new Random(6)).write(TENANT, List.of(chunk(5)));
    try (ShippingIndex index = openIndex(down)) {
      index.commit(TENANT, List.of(indexed(5, third, 0)), Map.of());
    }

    IndexReport report = verifyIndex();

    assertThat(report.faults()).isEmpty();
    assertThat(report.unknownChunks()).isZero();
    assertThat(report.chunksByPack()).containsKey(third.key());
    repair(true);
    assertThat(lines()).filteredOn(line -> line.startsWith("c5")).hasSize(4);
  }

  private ShippingIndex openIndex() {
    return openIndex(store);
  }

  private ShippingIndex openIndex(ObjectStore objects) {
    return new ShippingIndex(
        new ShippingIndex.Settings(
            indexDirectory(), directory.resolve("cache"), 1 << 20, Duration.ofMinutes(10)),
        objects,
        "test",
        clock,
        random);
  }

  private Path indexDirectory() {
    return directory.resolve("index");
  }

  private List<PackReport> verifyPacks() {
    PackCheck check = new PackCheck(store, decoder);
    return check.keys().stream().map(check::verify).toList();
  }

  private IndexReport verifyIndex() {
    return new IndexCheck(store, indexDirectory()).verify(verifyPacks());
  }

  private long repair() {
    return repair(false);
  }

  private long repair(boolean rebuildIndex) {
    return new StorageRepair(
            store,
            new PackWriter(store, clock, new Random(3)),
            indexDirectory(),
            decoder,
            clock,
            new Random(4),
            said::add)
        .repair(verifyPacks(), verifyIndex(), rebuildIndex);
  }

  private long position() {
    try (ShippingIndex index = openIndex()) {
      return index.flushedThrough(TENANT, key(1)).orElseThrow();
    }
  }

  /** Returns every line that a query finds; none may fail. */
  private TreeSet<String> lines() {
    TreeSet<String> lines = new TreeSet<>();
    ChunkReader reader = new ChunkReader(store, new ChunkCaches(CacheConfig.DEFAULT), decoder);
    try (ShippingIndex index = openIndex()) {
      for (IndexedStream stream : index.select(TENANT, List.of(), Long.MIN_VALUE, Long.MAX_VALUE)) {
        for (ChunkRef chunk : stream.chunks()) {
          for (BlockView block :
              reader.blocks(chunk, Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics())) {
            for (int i = 0; i < block.size(); i++) {
              lines.add(new String(RandomBlocks.line(block, i), StandardCharsets.UTF_8));
            }
          }
        }
      }
    }
    return lines;
  }

  private byte[] bytes(String key) {
    return store.read(key);
  }

  private static Labels labels(int id) {
    return Labels.of("app", "a" + id);
  }

  private static Fingerprint key(int id) {
    return Fingerprint.of(labels(id));
  }

  private static IndexedChunk indexed(int id, WrittenPack pack, int at) {
    return new IndexedChunk(labels(id), key(id), pack.refs().get(at));
  }

  private Chunk chunk(int id) {
    try (BlockSealer sealer = new BlockSealer(decoder)) {
      return new Chunk(
          id, labels(id), key(id), List.of(sealer.seal(block(id, 0)), sealer.seal(block(id, 2))));
    }
  }

  private static ColumnBlock block(int id, int from) {
    byte[] lines =
        ("c" + id + " e" + from + "c" + id + " e" + (from + 1)).getBytes(StandardCharsets.UTF_8);
    return ColumnBlock.of(
        2,
        new long[] {NOON + from, NOON + from + 1},
        new int[] {0, lines.length / 2, lines.length},
        lines,
        new int[2],
        new MetadataTable());
  }
}
