package io.skald.common.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ColumnBlockTest {
  private record Entry(long timestamp, String line, int metadataId) {}

  private final MetadataTable metadata = new MetadataTable();

  @Test
  void ofArrivals_shuffledWithRepeats_sortsStablyAndKeepsTheFirst() {
    int level = metadata.intern(Labels.of("level", "info"));
    List<Entry> arrivals =
        List.of(
            new Entry(5, "b", 0),
            new Entry(3, "x", 0),
            new Entry(5, "a", 0),
            new Entry(5, "b", 0),
            new Entry(5, "b", level),
            new Entry(1, "", 0));

    ColumnBlock block = ColumnBlock.ofArrivals(batch(arrivals));

    assertThat(entries(block))
        .containsExactly(
            new Entry(1, "", 0),
            new Entry(3, "x", 0),
            new Entry(5, "b", 0),
            new Entry(5, "a", 0),
            new Entry(5, "b", level));
    assertThat(block.minTimestamp()).isEqualTo(1);
    assertThat(block.maxTimestamp()).isEqualTo(5);
    assertThat(block.lineBytes()).isEqualTo(4);
  }

  @Test
  void ofArrivals_randomEntries_equalsSortedDistinctList() {
    long seed = 20260301;
    Random random = new Random(seed);
    int level = metadata.intern(Labels.of("level", "info"));
    for (int round = 0; round < 200; round++) {
      List<Entry> arrivals = new ArrayList<>();
      int size = 1 + random.nextInt(60);
      for (int i = 0; i < size; i++) {
        arrivals.add(
            new Entry(
                random.nextInt(round % 2 == 0 ? 20 : 2),
                "v" + random.nextInt(4),
                random.nextBoolean() ? level : 0));
      }
      Set<Entry> distinct = new LinkedHashSet<>(arrivals);

      ColumnBlock block = ColumnBlock.ofArrivals(batch(arrivals));

      assertThat(entries(block))
          .as("seed %d round %d", seed, round)
          .isEqualTo(
              distinct.stream()
                  .sorted((a, b) -> Long.compare(a.timestamp(), b.timestamp()))
                  .collect(Collectors.toList()));
    }
  }

  @Test
  void of_descendingTimestamps_isRefused() {
    assertThatThrownBy(() ->
            ColumnBlock.of(
                2, new long[] {2, 1}, new int[] {0, 0, 0}, new byte[0], new int[2], metadata))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("entry 1");
  }

  @Test
  void of_shortColumn_isRefused() {
    assertThatThrownBy(() ->
            ColumnBlock.of(
                2, new long[] {1, 2}, new int[] {0, 1, 2}, new byte[1], new int[2], metadata))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 bytes");
  }

  private EntryBatch batch(List<Entry> entries) {
    String text = entries.stream().map(Entry::line).collect(Collectors.joining());
    EntryBatch.Builder builder =
        new EntryBatch.Builder(text.getBytes(StandardCharsets.UTF_8), metadata);
    int at = 0;
    for (Entry entry : entries) {
      builder.add(entry.timestamp(), at, entry.line().length(), entry.metadataId());
      at += entry.line().length();
    }
    return builder.build();
  }

  private static List<Entry> entries(BlockView block) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      int start = block.lineOffsets()[i];
      entries.add(
          new Entry(
              block.timestamps()[i],
              new String(
                  block.lines(), start, block.lineOffsets()[i + 1] - start, StandardCharsets.UTF_8),
              block.metadataIds()[i]));
    }
    return entries;
  }
}
