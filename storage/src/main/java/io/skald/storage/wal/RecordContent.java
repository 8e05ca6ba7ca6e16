package io.skald.storage.wal;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.wal.SegmentReader.RawRecord;
import java.util.Map;

/** What a record holds. */
sealed interface RecordContent {
  record Push(PushRecord.Decoded push) implements RecordContent {}

  record Chunk(CheckpointChunk chunk) implements RecordContent {}

  /**
   * The end of a checkpoint.
   *
   * @param chunks how many chunks are before it
   */
  record CheckpointEnd(int chunks) implements RecordContent {}

  record Unreadable(String reason) implements RecordContent {}

  /**
   * Checks and reads a record.
   *
   * @param knownLabels as in {@link PushRecord#decode}
   */
  static RecordContent decode(RawRecord raw, Map<Fingerprint, Labels> knownLabels) {
    if (!raw.isIntact()) {
      return new Unreadable("record fails its checksum");
    }
    try {
      RecordCursor in = new RecordCursor(raw.payload());
      int kind = in.readByte();
      return switch (kind) {
        case PushRecord.KIND -> new Push(PushRecord.decode(in, false, knownLabels));
        case PushRecord.KEYED_KIND -> new Push(PushRecord.decode(in, true, knownLabels));
        case CheckpointRecord.CHUNK_KIND -> new Chunk(CheckpointRecord.decode(in, knownLabels));
        case CheckpointRecord.END_KIND -> new CheckpointEnd(in.readVarint());
        default -> new Unreadable("unknown kind of record: " + kind);
      };
    } catch (MalformedRecordException e) {
      return new Unreadable("malformed record: " + e.getMessage());
    }
  }
}
