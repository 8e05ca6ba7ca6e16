package io.skald.querier.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DuplicateFilterTest {
  private record Row(long timestamp, String line, String trace) {}

  @Test
  void withoutDuplicates_disjointBlocks_areReturnedAsTheyAre() {
    BlockView first = block(new Row(1, "a", ""), new Row(2, "b", ""));
    BlockView second = block(new Row(3, "a", ""));

    assertThat(DuplicateFilter.withoutDuplicates(List.of(first, second), () -> {}))
        .containsExactly(first, second);
  }

  @Test
  void withoutDuplicates_repeatedEntry_staysInTheBlockThatCameFirst() {
    BlockView first = block(new Row(5, "x", ""), new Row(6, "y", ""));
    BlockView second = block(new Row(1, "early", ""), new Row(6, "y", ""), new Row(6, "z", ""));

    List<BlockView> result = DuplicateFilter.withoutDuplicates(List.of(first, second), () -> {});

    assertThat(result.get(0)).isSameAs(first);
    assertThat(rows(result.get(1))).containsExactly(new Row(1, "early", ""), new Row(6, "z", ""));
    assertThat(result.get(1).lineBytes()).isEqualTo(6);
  }

  @Test
  void withoutDuplicates_sameLineWithOtherMetadata_stays() {
    BlockView first = block(new Row(5, "x", "t1"));
    BlockView second = block(new Row(5, "x", "t2"));

    assertThat(DuplicateFilter.withoutDuplicates(List.of(first, second), () -> {})).hasSize(2);
  }

  @Test
  void withoutDuplicates_blockOfCopiesOnly_isLeftOut() {
    BlockView first = block(new Row(5, "x", "t"), new Row(7, "y", ""));
    BlockView copy = block(new Row(7, "y", ""));

    assertThat(DuplicateFilter.withoutDuplicates(List.of(first, copy), () -> {}))
        .containsExactly(first);
  }

  @Test
  void withoutDuplicates_randomBlocks_leaveEachEntryOnce() {
    long seed = 11;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      List<BlockView> blocks = new ArrayList<>();
      Set<Row> expected = new LinkedHashSet<>();
      for (int i = 1 + random.nextInt(6); i > 0; i--) {
        List<Row> rows = new ArrayList<>();
        int base = random.nextInt(20);
        for (int j = 1 + random.nextInt(15); j > 0; j--) {
          rows.add(
              new Row(
                  base + random.nextInt(8),
                  "l" + random.nextInt(3),
                  random.nextBoolean() ? "t" + random.nextInt(2) : ""));
        }
        BlockView block = block(rows.toArray(Row[]::new));
        blocks.add(block);
        expected.addAll(rows(block));
      }
      List<Row> got = new ArrayList<>();
      DuplicateFilter.withoutDuplicates(blocks, () -> {}).forEach(block -> got.addAll(rows(block)));

      assertThat(got)
          .as("seed %d round %d", seed, round)
          .doesNotHaveDuplicates()
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static BlockView block(Row... rows) {
    MetadataTable metadata = new MetadataTable();
    long[] timestamps = new long[rows.length];
    int[] starts = new int[rows.length];
    int[] lengths = new int[rows.length];
    int[] ids = new int[rows.length];
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < rows.length; i++) {
      timestamps[i] = rows[i].timestamp();
      ids[i] = rows[i].trace().isEmpty() ? 0 : metadata.intern(Labels.of("trace", rows[i].trace()));
      starts[i] = lines.length();
      lengths[i] = rows[i].line().length();
      lines.append(rows[i].line());
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    return ColumnBlock.ofArrivals(rows.length, timestamps, bytes, starts, lengths, ids, metadata);
  }

  private static List<Row> rows(BlockView block) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      int from = block.lineOffsets()[i];
      int length = block.lineOffsets()[i + 1] - from;
      rows.add(
          new Row(
              block.timestamps()[i],
              new String(block.lines(), from, length, StandardCharsets.UTF_8),
              block.metadata().get(block.metadataIds()[i]).getOrEmpty("trace")));
    }
    return rows;
  }
}
