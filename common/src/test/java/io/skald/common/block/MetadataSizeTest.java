package io.skald.common.block;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.model.Labels;
import org.junit.jupiter.api.Test;

class MetadataSizeTest {
  @Test
  void of_entries_countsPairsOfEachAndTextsOnce() {
    MetadataTable table = new MetadataTable();
    int info = table.intern(Labels.of("detected_level", "info"));
    int error = table.intern(Labels.of("detected_level", "error", "trace_id", "ü"));
    table.intern(Labels.of("only", "elsewhere"));

    // Five pairs; "detected_level", "info", "error", "trace_id" and two bytes of "ü".
    assertThat(MetadataSize.of(new int[] {info, error, info, 0, info, 2}, table, 5))
        .isEqualTo(5 * 8 + 14 + 4 + 5 + 8 + 2);
    assertThat(MetadataSize.of(new int[3], table, 3)).isZero();
  }
}
