package io.skald.storage.read;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.common.time.Clock;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.CorruptChunkException;
import io.skald.storage.chunk.RandomBlocks;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.object.ObjectNotFoundException;
import io.skald.storage.object.ObjectStore;
import io.skald.storage.pack.PackWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChunkReaderTest {
  private static final TenantId TENANT = new TenantId("t");
  private static final CacheConfig NO_CACHE = new CacheConfig(0, 0, 0);

  private final CountingStore store = new CountingStore();
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final ReadStatistics statistics = new ReadStatistics();
  private final List<ColumnBlock> blocks = new ArrayList<>();
  private ChunkRef ref;

  /** Writes one chunk of five blocks: timestamps 0 to 9, 100 to 109, up to 409. */
  @BeforeEach
  void write() {
    for (int i = 0; i < 5; i++) {
      blocks.add(block(100L * i));
    }
    Labels labels = Labels.of("app", "web");
    try (BlockSealer sealer = new BlockSealer(decoder)) {
      var sealed = blocks.stream().map(sealer::seal).toList();
      Chunk chunk = new Chunk(77, labels, Fingerprint.of(labels), sealed);
      ref =
          new PackWriter(store, Clock.system(), new Random(1))
              .write(TENANT, List.of(chunk))
              .refs()
              .getFirst();
    }
  }

  @AfterEach
  void close() {
    decoder.close();
  }

  @Test
  void blocks_range_areThoseThatOverlap() {
    assertThat(minTimestamps(0, 1_000)).containsExactly(0L, 100L, 200L, 300L, 400L);
    assertThat(minTimestamps(109, 200)).containsExactly(100L, 200L);
    assertThat(minTimestamps(110, 199)).isEmpty();
    assertThat(minTimestamps(409, 409)).containsExactly(400L);
    assertThat(minTimestamps(-9, -1)).isEmpty();
    assertThat(minTimestamps(1_000, 0)).isEmpty();
  }

  @Test
  void blocks_notAskedForColumns_readOnlyTheFooter() {
    List<BlockView> views = reader(NO_CACHE).blocks(ref, 100, 209, statistics);

    assertThat(views).extracting(BlockView::size).containsExactly(10, 10);
    assertThat(views).extracting(BlockView::lineBytes).doesNotContain(0L);
    assertThat(store.reads).isEqualTo(1);
    assertThat(statistics.fetchedBytes.sum()).isEqualTo(ref.footerLength());
    assertThat(statistics.blocksOutsideRange.sum()).isEqualTo(3);
    assertThat(statistics.compressedBytes.sum()).isZero();
  }

  @Test
  void smallColumns_ofAllChosenBlocks_areOneRead() {
    List<BlockView> views = reader(NO_CACHE).blocks(ref, 100, 399, statistics);
    store.reads = 0;

    views.forEach(BlockView::timestamps);
    assertThat(store.reads).isEqualTo(1);
    views.forEach(view -> view.mayContain("needle".getBytes(UTF_8)));
    assertThat(store.reads).isEqualTo(2);
    assertThat(views.get(1).timestamps()).isEqualTo(blocks.get(2).timestamps());
    assertThat(store.reads).isEqualTo(2);
  }

  @Test
  void lines_ofOneBlock_readNoOthers() {
    List<BlockView> views = reader(NO_CACHE).blocks(ref, 0, 999, statistics);
    store.reads = 0;

    assertThat(views.get(3).lines()).startsWith(blocks.get(3).lines());

    assertThat(store.reads).isEqualTo(1);
    assertThat(statistics.decompressedBytes.sum()).isEqualTo(blocks.get(3).lineBytes());
    assertThat(statistics.decompressedLines.sum()).isEqualTo(10);
    assertThat(statistics.compressedBytes.sum()).isPositive().isLessThan(blocks.get(3).lineBytes());
  }

  @Test
  void secondQuery_withCaches_readsAndDecodesNothing() {
    ChunkReader reader = reader(CacheConfig.DEFAULT);
    reader.blocks(ref, 0, 999, statistics).forEach(ChunkReaderTest::readAll);
    store.reads = 0;
    ReadStatistics second = new ReadStatistics();

    List<BlockView> views = reader.blocks(ref, 0, 999, second);
    views.forEach(ChunkReaderTest::readAll);

    assertThat(store.reads).isZero();
    assertThat(second.fetchedBytes.sum()).isZero();
    assertThat(second.compressedBytes.sum()).isZero();
    assertThat(second.cacheHits.sum()).isEqualTo(1 + 5 * 5);
    assertThat(RandomBlocks.same(views.get(4), blocks.get(4))).isTrue();
  }

  @Test
  void blocks_referenceToAnotherChunk_isRefused() {
    ChunkRef wrong =
        new ChunkRef(
            78,
            ref.packKey(),
            ref.offset(),
            ref.length(),
            ref.footerLength(),
            ref.linesOffset(),
            ref.linesLength(),
            0,
            409,
            50,
            1,
            0,
            5);

    assertThatThrownBy(() -> reader(NO_CACHE).blocks(wrong, 0, 999, statistics))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("belongs to chunk 77, expected 78");
    ChunkReader caching = reader(CacheConfig.DEFAULT);
    caching.blocks(ref, 0, 999, statistics);
    assertThatThrownBy(() -> caching.blocks(wrong, 0, 999, statistics))
        .isInstanceOf(CorruptChunkException.class);
  }

  @Test
  void blocks_linesOfAnotherLength_areRefused() {
    ChunkRef wrong =
        new ChunkRef(
            77,
            ref.packKey(),
            ref.offset() - 1,
            ref.length(),
            ref.footerLength(),
            ref.linesOffset(),
            ref.linesLength() - 1,
            0,
            409,
            50,
            1,
            0,
            5);

    assertThatThrownBy(() -> reader(NO_CACHE).blocks(wrong, 0, 999, statistics))
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining("its lines start at");
  }

  @Test
  void blocks_packIsGone_namesIt() {
    store.delete(ref.packKey());

    assertThatThrownBy(() -> reader(NO_CACHE).blocks(ref, 0, 999, statistics))
        .isInstanceOf(ObjectNotFoundException.class)
        .hasMessageContaining(ref.packKey());
  }

  @Test
  void column_damaged_isNamedAndOthersAreStillRead() {
    byte[] bytes = store.read(ref.packKey());
    bytes[(int) ref.offset()] ^= 1;
    store.put(ref.packKey(), List.of(ByteBuffer.wrap(bytes)));

    List<BlockView> views = reader(CacheConfig.DEFAULT).blocks(ref, 0, 999, statistics);

    assertThatThrownBy(() -> views.getFirst().timestamps())
        .isInstanceOf(CorruptChunkException.class)
        .hasMessageContaining(ref.packKey())
        .hasMessageContaining("column TIMESTAMPS of block 0")
        .hasMessageContaining("offset " + ref.offset());
    assertThat(views.getFirst().lines()).isNotEmpty();
    assertThat(views.get(1).timestamps()).isEqualTo(blocks.get(1).timestamps());
    assertThatThrownBy(() -> views.getFirst().timestamps())
        .as("a failure is not remembered as success")
        .isInstanceOf(CorruptChunkException.class);
  }

  @Test
  void views_askedByManyThreads_giveTheSame() throws Exception {
    for (CacheConfig config : List.of(NO_CACHE, CacheConfig.DEFAULT)) {
      List<BlockView> views = reader(config).blocks(ref, 0, 999, statistics);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<Boolean>> results = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          int block = i % 5;
          results.add(threads.submit(() -> RandomBlocks.same(views.get(block), blocks.get(block))));
        }
        for (Future<Boolean> same : results) {
          assertThat(same.get()).isTrue();
        }
      }
    }
  }

  private List<Long> minTimestamps(long from, long through) {
    return reader(NO_CACHE).blocks(ref, from, through, statistics).stream()
        .map(BlockView::minTimestamp)
        .toList();
  }

  private ChunkReader reader(CacheConfig config) {
    return new ChunkReader(store, new ChunkCaches(config), decoder);
  }

  private static void readAll(BlockView view) {
    view.timestamps();
    view.lineOffsets();
    view.lines();
    view.metadata();
    view.mayContain("needle".getBytes(UTF_8));
  }

  private static ColumnBlock block(long first) {
    MetadataTable metadata = new MetadataTable();
    int id = metadata.intern(Labels.of("level", "info"));
    byte[] lines = ("request " + first + " completed in 17ms\n").repeat(60).getBytes(UTF_8);
    long[] timestamps = new long[10];
    int[] offsets = new int[11];
    int[] ids = new int[10];
    for (int i = 0; i < 10; i++) {
      timestamps[i] = first + i;
      offsets[i + 1] = lines.length * (i + 1) / 10;
      ids[i] = id;
    }
    return ColumnBlock.of(10, timestamps, offsets, lines, ids, metadata);
  }

  private static final class CountingStore implements ObjectStore {
    private final InMemoryObjectStore inner = new InMemoryObjectStore();
    private int reads;

    @Override
    public void put(String key, List<ByteBuffer> parts) {
      inner.put(key, parts);
    }

    @Override
    public synchronized byte[] read(String key, long offset, int length) {
      reads++;
      return inner.read(key, offset, length);
    }

    @Override
    public synchronized byte[] read(String key) {
      reads++;
      return inner.read(key);
    }

    @Override
    public long size(String key) {
      return inner.size(key);
    }

    @Override
    public List<String> list(String prefix) {
      return inner.list(prefix);
    }

    @Override
    public void delete(String key) {
      inner.delete(key);
    }
  }
}
