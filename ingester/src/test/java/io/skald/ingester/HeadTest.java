package io.skald.ingester;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class HeadTest {
  private final MetadataMapping mapping = new MetadataMapping();

  @Test
  void view_randomEntries_isSortedWithoutRepeatsLikeAPlainModel() {
    long seed = 42;
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      boolean inOrder = random.nextBoolean();
      int range = 1 + random.nextInt(40);
      Head head = new Head(1 << 20, 16, 1);
      Map<Long, Map<String, String>> model = new TreeMap<>();
      List<BlockView> snapshots = new ArrayList<>();
      List<List<String>> expected = new ArrayList<>();
      long time = 0;
      for (int push = 0; push < 10; push++) {
        EntryBatch.Builder builder =
            new EntryBatch.Builder(
                "abcdefgh".getBytes(StandardCharsets.US_ASCII), new MetadataTable());
        for (int i = random.nextInt(30); i >= 0; i--) {
          time = inOrder ? time + random.nextInt(2) : random.nextInt(range);
          int start = random.nextInt(4);
          int length = random.nextInt(4);
          Labels set =
              random.nextInt(3) == 0 ? Labels.EMPTY : Labels.of("k", "v" + random.nextInt(3));
          builder.add(time, start, length, builder.metadata().intern(set));
          String entry = time + "abcdefgh".substring(start, start + length) + set;
          model.computeIfAbsent(time, _ -> new LinkedHashMap<>()).putIfAbsent(entry, entry);
        }
        EntryBatch batch = builder.build();
        mapping.begin(batch.metadata());
        assertThat(head.append(batch, 0, mapping)).isEqualTo(batch.size());
        snapshots.add(head.snapshot().view());
        expected.add(model.values().stream().flatMap(all -> all.values().stream()).toList());
      }
      for (int i = 0; i < snapshots.size(); i++) {
        assertThat(entries(snapshots.get(i)))
            .as("seed %s round %s snapshot %s", seed, round, i)
            .isEqualTo(expected.get(i));
      }
      assertThat(entries(head.frozen().view())).isEqualTo(expected.getLast());
    }
  }

  @Test
  void append_fullHead_stopsAtTheBlockSize() {
    Head head = new Head(100, 16, 1);
    EntryBatch batch =
        IngesterFixture.batch(Labels.EMPTY, 1, "x".repeat(60), "y".repeat(40), "z").entries();
    mapping.begin(batch.metadata());

    assertThat(head.append(batch, 0, mapping)).isEqualTo(2);
    assertThat(head.lineBytes()).isEqualTo(100);
    assertThat(head.append(batch, 2, mapping)).as("nothing fits").isEqualTo(2);
  }

  @Test
  void append_emptyLines_stopAtTheMostEntries() {
    Head head = new Head(100, 16, 1);
    EntryBatch.Builder builder = new EntryBatch.Builder(new byte[0], new MetadataTable());
    for (int i = 0; i < Head.MAX_ENTRIES + 5; i++) {
      builder.add(i, 0, 0, 0);
    }
    mapping.begin(builder.metadata());

    assertThat(head.append(builder.build(), 0, mapping)).isEqualTo(Head.MAX_ENTRIES);
  }

  @Test
  void append_metadataThatNeverRepeats_countsAsMemoryAndStopsTheHead() {
    Head head = new Head(1000, 16, 1);
    EntryBatch.Builder builder = new EntryBatch.Builder(new byte[0], new MetadataTable());
    for (int i = 0; i < 1000; i++) {
      builder.add(i, 0, 0, builder.metadata().intern(Labels.of("trace", "id" + i)));
    }
    mapping.begin(builder.metadata());

    int taken = head.append(builder.build(), 0, mapping);

    assertThat(taken).isBetween(1, 100);
    assertThat(head.memoryBytes()).isGreaterThan(4000);
  }

  private static List<String> entries(BlockView block) {
    List<String> result = new ArrayList<>();
    for (int i = 0; i < block.size(); i++) {
      int[] offsets = block.lineOffsets();
      result.add(
          block.timestamps()[i]
              + new String(
                  block.lines(),
                  offsets[i],
                  offsets[i + 1] - offsets[i],
                  StandardCharsets.US_ASCII)
              + block.metadata().get(block.metadataIds()[i]));
    }
    return result;
  }
}
