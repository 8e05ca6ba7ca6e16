package io.skald.tests.oracle;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Labels;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Entries of one stream in the columns that the product takes. */
final class Batches {
  private Batches() {}

  static EntryBatch of(List<PlainEntry> entries) {
    ByteArrayOutputStream area = new ByteArrayOutputStream();
    entries.forEach(entry -> area.writeBytes(entry.line().getBytes(StandardCharsets.UTF_8)));
    MetadataTable metadata = new MetadataTable();
    EntryBatch.Builder builder = new EntryBatch.Builder(area.toByteArray(), metadata);
    int at = 0;
    for (PlainEntry entry : entries) {
      int length = PlainValues.utf8Length(entry.line());
      builder.add(entry.timestampNanos(), at, length, metadata.intern(Labels.of(entry.metadata())));
      at += length;
    }
    return builder.build();
  }
}
