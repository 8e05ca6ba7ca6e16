package io.skald.storage.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.ChunkFooter;
import io.skald.storage.chunk.Column;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.RandomBlocks;
import io.skald.storage.object.InMemoryObjectStore;
import io.skald.storage.read.CacheConfig;
import io.skald.storage.read.ChunkCaches;
import io.skald.storage.read.ChunkReader;
import io.skald.storage.read.ReadStatistics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Reads packs that were written once and are kept for ever: what is stored must stay readable. A
 * new version of the format of chunks or of packs gets a new file beside them: 1 has version 1 of
 * both, 2 has version 2 of chunks, 3 has version 2 of packs too, 4 has version 3 of both.
 */
class GoldenPackTest {
  private static final TenantId TENANT = new TenantId("Team_1");
  private static final long START = 1_767_268_800_000_000_000L;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void read_oldVersion_givesWhatWasWritten(int version) throws IOException {
    InMemoryObjectStore store = new InMemoryObjectStore();
    store.put("golden", List.of(ByteBuffer.wrap(golden(version))));

    PackReader.Directory directory = new PackReader(store).directory("golden");

    assertThat(directory.tenant()).isEqualTo(TENANT);
    List<Labels> labels = directory.chunks().stream().map(PackedChunk::labels).toList();
    assertThat(labels).isEqualTo(List.copyOf(content().keySet()));
    try (ColumnDecoder decoder = new ColumnDecoder()) {
      ChunkReader reader = new ChunkReader(store, new ChunkCaches(CacheConfig.DEFAULT), decoder);
      for (PackedChunk chunk : directory.chunks()) {
        assertThat(chunk.ref().metadataBytes())
            .isEqualTo(
                version < 4
                    ? 0
                    : metadataBytes(Objects.requireNonNull(content().get(chunk.labels()))));
        List<ColumnBlock> expected = Objects.requireNonNull(content().get(chunk.labels()));
        List<BlockView> read =
            reader.blocks(chunk.ref(), Long.MIN_VALUE, Long.MAX_VALUE, new ReadStatistics());
        assertThat(read).hasSameSizeAs(expected);
        assertThat(
                read.getFirst().mayContain("nowhere to be found".getBytes(StandardCharsets.UTF_8)))
            .as("filter of %s", chunk.labels())
            .isNotEqualTo("mixed".equals(chunk.labels().get("app")));
        for (int i = 0; i < read.size(); i++) {
          assertThat(RandomBlocks.same(read.get(i), expected.get(i))).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1, '1, 2, 3'", "2, '1, 2, 4'", "3, '1, 2, 4'", "4, '1, 2, 4'"})
  void read_oldVersion_holdsEveryEncodingOfItsTime(int version, String lines) throws IOException {
    InMemoryObjectStore store = new InMemoryObjectStore();
    store.put("golden", List.of(ByteBuffer.wrap(golden(version))));
    Map<Column, TreeSet<Integer>> encodings = new TreeMap<>();
    for (PackedChunk chunk : new PackReader(store).directory("golden").chunks()) {
      var ref = chunk.ref();
      byte[] bytes = store.read("golden", ref.footerOffset(), ref.footerLength());
      ChunkFooter footer =
          ChunkFooter.decode("golden", ref.footerOffset(), bytes, ref.columnsLength());
      for (ChunkFooter.Block block : footer.blocks()) {
        for (Column column : Column.values()) {
          encodings
              .computeIfAbsent(column, _ -> new TreeSet<>())
              .add(block.position(column).encoding());
        }
      }
    }

    assertThat(encodings.get(Column.TIMESTAMPS)).containsExactly(0, 1, 2, 17, 18);
    assertThat(encodings.get(Column.METADATA)).containsExactly(0, 1, 2);
    assertThat(encodings.get(Column.FILTER)).containsExactly(0, 1, 2);
    assertThat(encodings.get(Column.LENGTHS)).containsExactly(1, 2);
    assertThat(encodings.get(Column.LINES)).hasToString("[" + lines + "]");
  }

  private static long metadataBytes(List<ColumnBlock> blocks) {
    return blocks.stream().mapToLong(BlockView::metadataBytes).sum();
  }

  private static byte[] golden(int version) throws IOException {
    String file = "/golden/pack-v" + version + ".pack";
    try (var in = Objects.requireNonNull(GoldenPackTest.class.getResourceAsStream(file))) {
      return in.readAllBytes();
    }
  }

  /** What the file holds, by stream. */
  private static Map<Labels, List<ColumnBlock>> content() {
    Map<Labels, List<ColumnBlock>> content = new TreeMap<>();
    Random random = new Random(2026);
    content.put(
        Labels.of("app", "api", "kind", "log lines, ticking"),
        List.of(
            block(120, i -> 5_400_000L * (1 + i * i % 90) + i * 37 % 1000, GoldenPackTest::api)));
    content.put(
        Labels.of("app", "mixed", "kind", "milliseconds; markers; ünïcode"),
        List.of(
            block(
                30,
                i -> 1_000_000L * (i * 7 % 50),
                i -> "plain \u0001 marker " + "Ü €".repeat(40) + i),
            block(1, _ -> 0, _ -> "alone")));
    content.put(
        Labels.of("app", "bursts"),
        List.of(
            block(200, i -> i % 40 == 0 ? 3_600_000_000_000L : i % 3, i -> i % 2 == 0 ? "" : "x"),
            block(4, i -> i == 2 ? 1_234_567_890_123_456_789L : i, _ -> "")));
    content.put(
        Labels.of("app", "noise"),
        List.of(
            block(
                12,
                _ -> random.nextInt(1 << 30),
                _ -> {
                  byte[] noise = new byte[100];
                  random.nextBytes(noise);
                  return new String(noise, StandardCharsets.ISO_8859_1);
                })));
    return content;
  }

  private static String api(int i) {
    return "ts=2026-01-01T12:%02d:%02dZ level=%s status=%d trace_id=%016x%016x span=%016x took=%dms"
        .formatted(
            i / 60,
            i % 60,
            i % 9 == 0 ? "error" : "info",
            i % 9 == 0 ? 500 : 200,
            i * 0x9E3779B97F4A7C15L,
            i * 0xC2B2AE3D27D4EB4FL,
            (i + 1) * 0x165667B19E3779F9L,
            i * i % 977);
  }

  private static ColumnBlock block(int size, IntToLongFunction gap, IntFunction<String> line) {
    MetadataTable metadata = new MetadataTable();
    long[] timestamps = new long[size];
    int[] offsets = new int[size + 1];
    int[] ids = new int[size];
    StringBuilder lines = new StringBuilder();
    long at = START;
    for (int i = 0; i < size; i++) {
      timestamps[i] = at;
      at += gap.applyAsLong(i);
      lines.append(line.apply(i));
      offsets[i + 1] = lines.toString().getBytes(StandardCharsets.ISO_8859_1).length;
      if (size == 120) {
        ids[i] = metadata.intern(Labels.of("detected_level", i % 9 == 0 ? "error" : "info"));
      } else if (size == 1) {
        ids[i] = metadata.intern(Labels.of("trace", "a", "ünï", ""));
      }
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.ISO_8859_1);
    return ColumnBlock.of(size, timestamps, offsets, bytes, ids, metadata);
  }

  /** Writes the file named by the argument; for a new version of the format. */
  public static void main(String[] arguments) throws IOException {
    InMemoryObjectStore store = new InMemoryObjectStore();
    try (ColumnDecoder decoder = new ColumnDecoder();
        BlockSealer sealer = new BlockSealer(decoder)) {
      List<Chunk> chunks = new ArrayList<>();
      content()
          .forEach((labels, blocks) ->
              chunks.add(
                  new Chunk(
                      chunks.size() + 1,
                      labels,
                      Fingerprint.of(labels),
                      blocks.stream().map(sealer::seal).toList())));
      WrittenPack pack =
          new PackWriter(store, new DrivenClock(START), new Random(1)).write(TENANT, chunks);
      Files.write(Path.of(arguments[0]), store.read(pack.key()));
    }
  }
}
