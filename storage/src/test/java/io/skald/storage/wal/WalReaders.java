package io.skald.storage.wal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Assertions;

/** The readers of the log on any bytes, for the fuzzer. */
public final class WalReaders {
  private WalReaders() {}

  /** Reads the payload of a record, as if its checksums were right. */
  public static void payload(byte[] bytes) {
    RecordCursor in = new RecordCursor(bytes);
    try {
      int kind = in.readByte();
      if (kind == PushRecord.KIND || kind == PushRecord.KEYED_KIND) {
        PushRecord.decode(in, kind == PushRecord.KEYED_KIND, new HashMap<>());
      } else if (kind == CheckpointRecord.CHUNK_KIND) {
        CheckpointRecord.decode(in, new HashMap<>());
      }
    } catch (MalformedRecordException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }

  /**
   * Reads bytes as a segment behind a right header. Every byte is in one record or one damaged
   * range, in order, or in the header of the file.
   */
  public static void segment(byte[] records) {
    ByteBuffer file = ByteBuffer.allocate(SegmentFormat.FILE_HEADER_BYTES + records.length);
    SegmentFormat.putFileHeader(file, SegmentFormat.SEGMENT_MAGIC, 1);
    file.put(records);
    SimulatedDisk disk = new SimulatedDisk();
    disk.put("00000001.wal", file.array());
    List<WalDamage> damages = new ArrayList<>();
    try (SegmentReader reader =
        new SegmentReader(disk, "00000001.wal", SegmentFormat.SEGMENT_MAGIC, 1, damages::add)) {
      long end = SegmentFormat.FILE_HEADER_BYTES;
      for (SegmentReader.RawRecord record; (record = reader.next()) != null; ) {
        for (WalDamage damage : damages) {
          Assertions.assertEquals(end, damage.offset());
          end += damage.length();
        }
        damages.clear();
        Assertions.assertEquals(end, record.offset());
        end += SegmentFormat.RECORD_HEADER_BYTES + record.payload().length;
      }
      for (WalDamage damage : damages) {
        Assertions.assertEquals(end, damage.offset());
        end += damage.length();
      }
      Assertions.assertEquals(file.capacity(), end);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
