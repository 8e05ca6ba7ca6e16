package io.skald.storage.chunk;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BlockSealerTest {
  private final ColumnDecoder decoder = new ColumnDecoder();
  private final BlockSealer sealer = new BlockSealer(decoder);

  @AfterEach
  void close() {
    sealer.close();
    decoder.close();
  }

  @Test
  void seal_randomBlocks_viewHoldsTheSameEntries() {
    long seed = 1;
    RandomBlocks blocks = new RandomBlocks(seed);
    for (int i = 0; i < 2_000; i++) {
      ColumnBlock block = blocks.next(i % 10 == 0 ? 3_000 : 100);

      SealedBlock sealed = sealer.seal(block);

      assertThat(RandomBlocks.same(sealed.view(), block)).as("seed %d, block %d", seed, i).isTrue();
      assertThat(sealed.entries()).isEqualTo(block.size());
      assertThat(sealed.lineBytes()).isEqualTo(block.lineBytes());
    }
  }

  @Test
  void seal_blockOfAllLevels_viewHoldsTheSameEntries() {
    ColumnBlock block = new RandomBlocks(5).next(2_000);
    for (int level : new int[] {1, 3, 9, 19}) {
      try (BlockSealer other = new BlockSealer(level, decoder)) {
        assertThat(RandomBlocks.same(other.seal(block).view(), block)).isTrue();
      }
    }
  }

  @Test
  void seal_linesThatDoNotStartAtZero_areTakenFromTheirOffsets() {
    MetadataTable metadata = new MetadataTable();
    int id = metadata.intern(Labels.of("a", "b"));
    byte[] area = "xxhello12world".getBytes(UTF_8);
    ColumnBlock block =
        ColumnBlock.of(
            2, new long[] {5, 9}, new int[] {2, 9, 14}, area, new int[] {id, 0}, metadata);

    BlockView view = sealer.seal(block).view();

    assertThat(view.lineOffsets()).containsExactly(0, 7, 12);
    assertThat(RandomBlocks.line(view, 0)).asString().isEqualTo("hello12");
    assertThat(RandomBlocks.line(view, 1)).asString().isEqualTo("world");
    assertThat(view.metadata().get(view.metadataIds()[0])).isEqualTo(Labels.of("a", "b"));
  }

  @Test
  void seal_linesWithMarkerBytes_areKept() {
    byte[] line = "1\u0001 2\u0002 3\u0003 ".repeat(50).getBytes(UTF_8);

    assertThat(sealer.seal(block(line)).view().lines()).startsWith(line);
  }

  @Test
  void seal_incompressibleLines_doNotGrow() {
    byte[] line = new byte[100_000];
    new Random(3).nextBytes(line);

    SealedBlock sealed = sealer.seal(block(line));

    assertThat(sealed.sizeBytes(Column.LINES)).isLessThanOrEqualTo(line.length);
    assertThat(sealed.view().lines()).startsWith(line);
  }

  @Test
  void seal_emptyLines_takeNothing() {
    ColumnBlock block =
        ColumnBlock.of(
            3, new long[] {1, 1, 1}, new int[4], new byte[0], new int[3], new MetadataTable());

    SealedBlock sealed = sealer.seal(block);

    assertThat(sealed.lineBytes()).isZero();
    assertThat(sealed.sizeBytes()).isLessThan(20);
    assertThat(RandomBlocks.same(sealed.view(), block)).isTrue();
  }

  @Test
  void seal_sharedMetadataTable_keepsOnlyTheSetsInUse() {
    MetadataTable table = new MetadataTable();
    for (int i = 0; i < 1_000; i++) {
      table.intern(Labels.of("n", "" + i));
    }
    int[] ids = {700, 3, 700};
    ColumnBlock block =
        ColumnBlock.of(3, new long[] {1, 2, 3}, new int[4], new byte[0], ids, table);

    BlockView view = sealer.seal(block).view();

    assertThat(view.metadata().size()).isEqualTo(3);
    assertThat(RandomBlocks.same(view, block)).isTrue();
  }

  @Test
  void seal_timestampsThatDescend_areRefused() {
    BlockView descending =
        new LazyBlock(new BlockLayout(2, 0, 0, 2, 1), new FixedColumns(new long[] {2, 1}), decoder);

    assertThatThrownBy(() -> sealer.seal(descending))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry 1");
  }

  @Test
  void seal_tooManyEntries_areRefused() {
    int size = BlockLayout.MAX_ENTRIES + 1;
    ColumnBlock block =
        ColumnBlock.of(
            size,
            new long[size],
            new int[size + 1],
            new byte[0],
            new int[size],
            new MetadataTable());

    assertThatThrownBy(() -> sealer.seal(block))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("" + size);
  }

  @Test
  void new_levelOutOfRange_isRefused() {
    assertThatThrownBy(() -> new BlockSealer(20, decoder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("20");
  }

  @Test
  void view_asked_decodesEachColumnOnce() {
    BlockView view = sealer.seal(new RandomBlocks(9).next(50)).view();

    assertThat(view.timestamps()).isSameAs(view.timestamps());
    assertThat(view.lines()).isSameAs(view.lines());
    assertThat(view.lineOffsets()).isSameAs(view.lineOffsets());
    assertThat(view.metadata()).isSameAs(view.metadata());
  }

  @Test
  void seal_logLines_takeLittle() {
    StringBuilder lines = new StringBuilder();
    Random random = new Random(4);
    int[] offsets = new int[1_001];
    long[] timestamps = new long[1_000];
    for (int i = 0; i < 1_000; i++) {
      lines.append(
          "ts=2026-01-02T03:%02d:%02d.%03dZ level=info msg=\"request completed\" trace_id=%016x%016x duration=%dms"
              .formatted(
                  i / 60 % 60,
                  i % 60,
                  random.nextInt(1000),
                  random.nextLong(),
                  random.nextLong(),
                  random.nextInt(500)));
      offsets[i + 1] = lines.length();
      timestamps[i] = 1_000_000_000L * i + 1_000_000L * random.nextInt(1_000);
    }
    ColumnBlock block =
        ColumnBlock.of(
            1_000,
            timestamps,
            offsets,
            lines.toString().getBytes(UTF_8),
            new int[1_000],
            new MetadataTable());

    SealedBlock sealed = sealer.seal(block);

    // 16 bytes of random id, 1.2 of milliseconds and 1.1 of duration a line cannot be compressed.
    assertThat(sealed.sizeBytes(Column.LINES)).isLessThan(1_000 * 20);
    assertThat(sealed.sizeBytes(Column.TIMESTAMPS)).isLessThan(1_000 * 2);
    assertThat(sealed.sizeBytes(Column.FILTER)).isLessThan(block.lines().length / 60);
    assertThat(RandomBlocks.same(sealed.view(), block)).isTrue();
    assertThat(Arrays.stream(Column.values()).mapToInt(sealed::sizeBytes).sum())
        .isEqualTo(sealed.sizeBytes());
  }

  private static ColumnBlock block(byte[] line) {
    return ColumnBlock.of(
        1, new long[] {1}, new int[] {0, line.length}, line, new int[1], new MetadataTable());
  }

  private record FixedColumns(long[] timestamps) implements LazyBlock.ColumnLoader {
    @Override
    @SuppressWarnings("unchecked")
    public <T> T load(Column column, java.util.function.Function<Section, T> decode) {
      return switch (column) {
        case TIMESTAMPS -> (T) timestamps;
        case LENGTHS -> (T) new int[timestamps.length + 1];
        case LINES -> (T) new StoredLines.Plain(new byte[0]);
        case METADATA ->
            (T) new ColumnDecoder.Metadata(new int[timestamps.length], new MetadataTable());
        case FILTER -> throw new AssertionError("not asked for");
      };
    }
  }
}
