package io.skald.common.rpc.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnLayoutTest {
  private static final MetadataTable TABLE = new MetadataTable();

  static {
    TABLE.intern(Labels.of("a", "1"));
    TABLE.intern(Labels.of("b", "2"));
  }

  /** Returns random entries whose lines lie scattered in one area. */
  static EntryBatch batch(Random random, MetadataTable table, int size) {
    byte[] area = new byte[1000];
    random.nextBytes(area);
    EntryBatch.Builder builder = new EntryBatch.Builder(area, table);
    for (int i = 0; i < size; i++) {
      int start = random.nextInt(900);
      builder.add(random.nextLong(), start, random.nextInt(100), random.nextInt(table.size()));
    }
    return builder.build();
  }

  private static String text(EntryBatch batch) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < batch.size(); i++) {
      text.append(batch.timestamp(i))
          .append(batch.metadata().get(batch.metadataId(i)))
          .append(ByteString.copyFrom(batch.area(), batch.start(i), batch.length(i)).toStringUtf8())
          .append('\n');
    }
    return text.toString();
  }

  @Test
  void decodeBatch_reversesEncode() {
    Random random = new Random(7);
    for (int round = 0; round < 200; round++) {
      MetadataTable table = random.nextBoolean() ? TABLE : new MetadataTable();
      EntryBatch batch = batch(random, table, random.nextInt(20));

      EntryBatch read = ColumnLayout.decodeBatch(ColumnLayout.encode(batch), table);

      assertThat(text(read)).isEqualTo(text(batch));
      assertThat(read.lineBytes()).isEqualTo(batch.lineBytes());
    }
  }

  @Test
  void decodeBlock_partOfABlock_holdsTheRowsOnly() {
    byte[] lines = "onetwothree".getBytes(UTF_8);
    ColumnBlock block =
        ColumnBlock.of(
            3, new long[] {1, 2, 3}, new int[] {0, 3, 6, 11}, lines, new int[] {0, 2, 1}, TABLE);

    BlockView read = ColumnLayout.decodeBlock(ColumnLayout.encode(block, 1, 3), TABLE);

    assertThat(read.timestamps()).containsExactly(2, 3);
    assertThat(read.lineOffsets()).containsExactly(0, 3, 8);
    assertThat(new String(read.lines(), UTF_8)).isEqualTo("twothree");
    assertThat(read.metadataIds()).containsExactly(2, 1);
  }

  @Test
  void decode_everyTruncation_isRefused() {
    ByteString columns = ColumnLayout.encode(batch(new Random(1), TABLE, 5));

    for (int length = 0; length < columns.size(); length++) {
      ByteString cut = columns.substring(0, length);
      assertThatThrownBy(() -> ColumnLayout.decodeBatch(cut, TABLE))
          .as("%s bytes", length)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("columns of entries are malformed: ");
    }
  }

  @Test
  void decode_laterVersion_saysWhatToDo() {
    byte[] columns = ColumnLayout.encode(batch(new Random(1), TABLE, 1)).toByteArray();
    columns[0] = 2;

    assertThatThrownBy(() -> ColumnLayout.decodeBatch(ByteString.copyFrom(columns), TABLE))
        .hasMessageContaining("version 2 is not known; update this process first");
  }

  @Test
  void decode_metadataOutsideOfTheTable_isRefused() {
    ByteString columns = ColumnLayout.encode(batch(new Random(1), TABLE, 30));

    assertThatThrownBy(
            () -> {
              MetadataTable smaller = new MetadataTable();
              ColumnLayout.decodeBatch(columns, smaller);
            })
        .hasMessageContaining("has no set");
  }
}
