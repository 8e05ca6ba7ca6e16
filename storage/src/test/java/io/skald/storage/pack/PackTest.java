package io.skald.storage.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.RandomBlocks;
import io.skald.storage.chunk.SealedBlock;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PackTest {
  private static final long NOON = 1_767_268_800_000_000_000L; // 2026-01-01T12:00:00Z
  private static final TenantId TENANT = new TenantId("Team");

  private final InMemoryObjectStore store = new InMemoryObjectStore();
  private final DrivenClock clock = new DrivenClock(NOON);
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final BlockSealer sealer = new BlockSealer(decoder);
  private final PackWriter writer = new PackWriter(store, clock, new Random(1));

  @AfterEach
  void close() {
    sealer.close();
    decoder.close();
  }

  @Test
  void write_randomChunks_areReadBack() {
    long seed = 4;
    RandomBlocks blocks = new RandomBlocks(seed);
    for (int i = 0; i < 50; i++) {
      List<List<ColumnBlock>> content = new ArrayList<>();
      List<Chunk> chunks = new ArrayList<>();
      for (int c = 0; c <= i % 4; c++) {
        List<ColumnBlock> raw = new ArrayList<>();
        for (int b = 0; b <= (i + c) % 3; b++) {
          raw.add(blocks.next(200));
        }
        content.add(raw);
        chunks.add(chunk(c, raw));
      }

      WrittenPack pack = writer.write(TENANT, chunks);

      assertThat(pack.refs()).hasSameSizeAs(chunks);
      for (int c = 0; c < chunks.size(); c++) {
        List<BlockView> read = read(pack.refs().get(c));
        assertThat(read).as("seed %d, pack %d", seed, i).hasSameSizeAs(content.get(c));
        for (int b = 0; b < read.size(); b++) {
          assertThat(RandomBlocks.same(read.get(b), content.get(c).get(b))).isTrue();
        }
      }
    }
  }

  @Test
  void write_key_tellsTenantDayAndTime() {
    WrittenPack pack = writer.write(TENANT, List.of(chunk(1, block(NOON - 1))));
    clock.advance(1_000_000);
    WrittenPack later = writer.write(TENANT, List.of(chunk(1, block(NOON - 1))));

    assertThat(pack.key()).matches("_54eam/packs/20260101/[0-9a-f]{12}-[0-9a-f]{16}\\.pack");
    assertThat(later.key()).isGreaterThan(pack.key());
    assertThat(store.list("_54eam/packs/")).containsExactly(pack.key(), later.key());
  }

  @Test
  void write_noChunk_isRefused() {
    assertThatThrownBy(() -> writer.write(TENANT, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void directory_writtenPack_listsWhatTheIndexNeeds() {
    Chunk first = chunk(1, block(NOON), block(NOON + 50));
    Chunk second = chunk(2, block(NOON - 9));

    WrittenPack pack = writer.write(TENANT, List.of(first, second));
    PackReader.Directory directory = new PackReader(store).directory(pack.key());

    assertThat(directory.tenant()).isEqualTo(TENANT);
    assertThat(directory.chunks()).extracting(PackedChunk::ref).isEqualTo(pack.refs());
    assertThat(directory.chunks()).extracting(PackedChunk::labels).contains(first.labels());
    ChunkRef ref = pack.refs().getFirst();
    assertThat(ref.chunkId()).isEqualTo(1);
    assertThat(ref.minTimestamp()).isEqualTo(NOON);
    assertThat(ref.maxTimestamp()).isEqualTo(NOON + 51);
    assertThat(ref.entries()).isEqualTo(4);
    assertThat(ref.lineBytes()).isEqualTo(first.lineBytes());
    assertThat(ref.blocks()).isEqualTo(2);
  }

  @Test
  void read_everySingleBitFlip_isDetected() {
    WrittenPack pack = smallPack();
    byte[] bytes = store.read(pack.key());
    for (int bit = 0; bit < bytes.length * 8; bit++) {
      byte[] damaged = bytes.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      assertDetected(pack, damaged, "bit " + bit);
    }
  }

  @Test
  void read_everyTruncation_isDetected() {
    WrittenPack pack = smallPack();
    byte[] bytes = store.read(pack.key());
    for (int length = 0; length < bytes.length; length++) {
      assertDetected(pack, Arrays.copyOf(bytes, length), "length " + length);
    }
  }

  @Test
  void directory_unknownVersion_saysSo() {
    WrittenPack pack = smallPack();
    byte[] bytes = store.read(pack.key());
    bytes[4] = 9;
    store.put(pack.key(), List.of(ByteBuffer.wrap(bytes)));

    assertThatThrownBy(() -> new PackReader(store).directory(pack.key()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("version 9 is unknown; this reader knows versions 1 to 3");
  }

  @Test
  void directory_otherObject_isNoPack() {
    store.put("t/x", List.of(ByteBuffer.wrap(new byte[100])));

    assertThatThrownBy(() -> new PackReader(store).directory("t/x"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("t/x")
        .hasMessageContaining("is it a pack?");
  }

  /** Reads everything: some part must complain, and what is read before must be right. */
  private void assertDetected(WrittenPack pack, byte[] damaged, String what) {
    store.put(pack.key(), List.of(ByteBuffer.wrap(damaged)));
    assertThatThrownBy(
            () -> {
              new PackReader(store).directory(pack.key());
              for (ChunkRef ref : pack.refs()) {
                for (BlockView block : read(ref)) {
                  assertThat(block.timestamps()).hasSize(block.size());
                  assertThat(block.lineOffsets()).hasSize(block.size() + 1);
                  assertThat(block.lines()).isNotNull();
                  assertThat(block.metadataIds()).hasSize(block.size());
                  block.mayContain("needle".getBytes(StandardCharsets.UTF_8));
                }
              }
            })
        .as(what)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(pack.key());
  }

  private WrittenPack smallPack() {
    MetadataTable metadata = new MetadataTable();
    int id = metadata.intern(Labels.of("level", "info"));
    byte[] lines = "GET /a/17 200 0123456789abcdef\n".repeat(40).getBytes(StandardCharsets.UTF_8);
    ColumnBlock block =
        ColumnBlock.of(
            3,
            new long[] {NOON, NOON + 5, NOON + 1_000_003},
            new int[] {0, 31, 62, lines.length},
            lines,
            new int[] {0, id, id},
            metadata);
    return writer.write(TENANT, List.of(chunk(1, block), chunk(2, block(NOON))));
  }

  private List<BlockView> read(ChunkRef ref) {
    ChunkCaches caches = new ChunkCaches(CacheConfig.DEFAULT);
    return new ChunkReader(store, caches, decoder)
        .blocks(ref, Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics());
  }

  private static ColumnBlock block(long timestamp) {
    byte[] lines = "hello world".getBytes(StandardCharsets.UTF_8);
    return ColumnBlock.of(
        2,
        new long[] {timestamp, timestamp + 1},
        new int[] {0, 5, 11},
        lines,
        new int[2],
        new MetadataTable());
  }

  private Chunk chunk(long id, ColumnBlock... blocks) {
    return chunk(id, List.of(blocks));
  }

  private Chunk chunk(long id, List<ColumnBlock> blocks) {
    Labels labels = Labels.of("app", "web", "n", "" + id);
    List<SealedBlock> sealed = blocks.stream().map(sealer::seal).toList();
    return new Chunk(id, labels, Fingerprint.of(labels), sealed);
  }
}
