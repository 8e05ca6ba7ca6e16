package io.skald.querier.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamPartTest {
  /** Lines of 1, 2, 3 bytes at 10, 20, 20. */
  private static BlockView block() {
    return ColumnBlock.of(
        3,
        new long[] {10, 20, 20},
        new int[] {0, 1, 3, 6},
        new byte[6],
        new int[3],
        new MetadataTable());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 100, 3, 6",
    "10, 20, 3, 6",
    "10, 19, 1, 1",
    "11, 20, 2, 5",
    "12, 15, 0, 0",
    "21, 99, 0, 0"
  })
  void between_range_countsWhatLiesInIt(long from, long through, long entries, long bytes) {
    StreamPart part = new StreamPart(Labels.EMPTY, 1, 10, 20, 3, 6, () -> List.of(block()));

    assertThat(part.between(from, through)).isEqualTo(new StreamPart.Amount(entries, bytes));
  }

  @Test
  void between_wholePart_opensNoBlock() {
    StreamPart part =
        new StreamPart(
            Labels.EMPTY,
            1,
            10,
            20,
            3,
            6,
            () -> {
              throw new AssertionError("blocks were opened");
            });

    assertThat(part.between(10, 20)).isEqualTo(new StreamPart.Amount(3, 6));
    assertThat(part.between(21, 30)).isEqualTo(new StreamPart.Amount(0, 0));
  }
}
