package io.skald.common.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnBlockTest {
  private record Row(long timestamp, String line, int metadataId) {}

  @Test
  void of_inOrder_takesTheArraysOver() {
    long[] timestamps = {1, 2, 3};
    int[] offsets = {0, 1, 2, 3};
    byte[] lines = "abc".getBytes(StandardCharsets.UTF_8);

    ColumnBlock block =
        ColumnBlock.of(3, timestamps, offsets, lines, new int[3], new MetadataTable());

    assertThat(block.timestamps()).isSameAs(timestamps);
    assertThat(block.lines()).isSameAs(lines);
    assertThat(block.minTimestamp()).isEqualTo(1);
    assertThat(block.maxTimestamp()).isEqualTo(3);
    assertThat(block.lineBytes()).isEqualTo(3);
  }

  @Test
  void of_outOfOrder_sortsAndKeepsArrivalOrderOfEqualTimestamps() {
    assertThat(
            rows(
                block(
                    List.of(
                        new Row(3, "c", 0),
                        new Row(1, "b", 0),
                        new Row(1, "a", 0),
                        new Row(2, "x", 0)))))
        .containsExactly(
            new Row(1, "b", 0), new Row(1, "a", 0), new Row(2, "x", 0), new Row(3, "c", 0));
  }

  @Test
  void of_repeats_keepsTheFirst() {
    assertThat(
            rows(
                block(
                    List.of(
                        new Row(1, "p", 0),
                        new Row(1, "q", 0),
                        new Row(1, "p", 0),
                        new Row(1, "p", 1),
                        new Row(2, "p", 0)))))
        .containsExactly(
            new Row(1, "p", 0), new Row(1, "q", 0), new Row(1, "p", 1), new Row(2, "p", 0));
  }

  @Test
  void of_noRows_isRefused() {
    assertThatThrownBy(
            () ->
                ColumnBlock.of(
                    0, new long[0], new int[1], new byte[0], new int[0], new MetadataTable()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void of_randomRows_agreesWithAPlainSort() {
    long seed = 7;
    Random random = new Random(seed);
    for (int round = 0; round < 500; round++) {
      List<Row> arrived = new ArrayList<>();
      int spread = 1 + random.nextInt(30);
      for (int i = 1 + random.nextInt(60); i > 0; i--) {
        arrived.add(
            new Row(random.nextInt(spread), "l" + random.nextInt(5), random.nextInt(2)));
      }
      List<Row> expected = new ArrayList<>(arrived);
      expected.sort(Comparator.comparingLong(Row::timestamp));
      expected = List.copyOf(new LinkedHashSet<>(expected));

      assertThat(rows(block(arrived))).as("seed %d round %d", seed, round).isEqualTo(expected);
    }
  }

  private static ColumnBlock block(List<Row> rows) {
    MetadataTable metadata = new MetadataTable();
    metadata.intern(Labels.of("k", "v"));
    long[] timestamps = new long[rows.size()];
    int[] offsets = new int[rows.size() + 1];
    int[] ids = new int[rows.size()];
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < rows.size(); i++) {
      timestamps[i] = rows.get(i).timestamp();
      ids[i] = rows.get(i).metadataId();
      lines.append(rows.get(i).line());
      offsets[i + 1] = lines.length();
    }
    return ColumnBlock.of(
        rows.size(),
        timestamps,
        offsets,
        lines.toString().getBytes(StandardCharsets.UTF_8),
        ids,
        metadata);
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
              block.metadataIds()[i]));
    }
    return rows;
  }
}
