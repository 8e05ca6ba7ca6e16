package io.skald.storage.pattern;

import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Blocks of test lines. */
final class Lines {
  static final long SECOND = 1_000_000_000L;

  private Lines() {}

  /** Returns a block with a line every second from second 0. */
  static ColumnBlock block(List<String> lines) {
    return block(lines, List.of());
  }

  /**
   * @param levels of the lines, "" for none; those behind the end have none
   */
  static ColumnBlock block(List<String> lines, List<String> levels) {
    int size = lines.size();
    long[] timestamps = new long[size];
    int[] offsets = new int[size + 1];
    int[] metadataIds = new int[size];
    MetadataTable metadata = new MetadataTable();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < size; i++) {
      timestamps[i] = i * SECOND;
      bytes.writeBytes(lines.get(i).getBytes(StandardCharsets.UTF_8));
      offsets[i + 1] = bytes.size();
      if (i < levels.size() && !levels.get(i).isEmpty()) {
        metadataIds[i] = metadata.intern(Labels.of("detected_level", levels.get(i)));
      }
    }
    return ColumnBlock.of(size, timestamps, offsets, bytes.toByteArray(), metadataIds, metadata);
  }
}
