package io.skald.storage.wal;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.wal.CheckpointChunk.Block;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The records of a checkpoint file; terms as in {@link PushRecord}.
 *
 * <pre>
 *  payload := chunk | end
 *  chunk   := kind u8 = 2 | tenant text | fingerprint high u64, low u64 | labels
 *             | covered through u64 | chunk id u64 | first position u64 | last position u64
 *             | first append nanos u64 | block count | block*
 *  block   := form u8 = 0 | sets | columns
 *           | form u8 = 1 | length | bytes of a sealed block
 *  end     := kind u8 = 3 | chunk count                  last record of a whole checkpoint
 * </pre>
 */
final class CheckpointRecord {
  static final int CHUNK_KIND = 2;
  static final int END_KIND = 3;

  private static final int COLUMNS = 0;
  private static final int SEALED = 1;
  private static final int FIXED_BYTES = 1 + Fingerprint.BYTES + 5 * Long.BYTES;

  private CheckpointRecord() {}

  static void encode(CheckpointChunk chunk, RecordBuffer out) {
    out.clear();
    out.reserve(FIXED_BYTES);
    out.putByte(CHUNK_KIND);
    out.putText(chunk.tenant().value());
    out.reserve(FIXED_BYTES);
    out.putLong(chunk.fingerprint().high());
    out.putLong(chunk.fingerprint().low());
    out.putLabels(chunk.labels());
    out.reserve(FIXED_BYTES + RecordBuffer.MAX_VARINT_BYTES);
    out.putLong(chunk.coveredThrough());
    out.putLong(chunk.chunkId());
    out.putLong(chunk.firstPosition());
    out.putLong(chunk.lastPosition());
    out.putLong(chunk.firstAppendNanos());
    out.putVarint(chunk.blocks().size());
    for (Block block : chunk.blocks()) {
      encode(block, out);
    }
  }

  private static void encode(Block block, RecordBuffer out) {
    switch (block) {
      case Block.Columns(var entries) -> {
        out.reserve(1);
        out.putByte(COLUMNS);
        PushRecord.putSets(out, entries.metadata());
        PushRecord.putColumns(out, entries);
      }
      case Block.Sealed(var bytes) -> {
        out.reserve(1 + RecordBuffer.MAX_VARINT_BYTES + (long) bytes.length);
        out.putByte(SEALED);
        out.putVarint(bytes.length);
        out.putBytes(bytes, 0, bytes.length);
      }
    }
  }

  static void encodeEnd(int chunks, RecordBuffer out) {
    out.clear();
    out.reserve(1 + RecordBuffer.MAX_VARINT_BYTES);
    out.putByte(END_KIND);
    out.putVarint(chunks);
  }

  /**
   * Reads a chunk after its kind.
   *
   * @throws MalformedRecordException if it does not follow the format
   */
  static CheckpointChunk decode(RecordCursor in, Map<Fingerprint, Labels> knownLabels) {
    TenantId tenant = PushRecord.readTenant(in);
    Fingerprint fingerprint = new Fingerprint(in.readLong(), in.readLong());
    Labels labels = in.readLabels(fingerprint, knownLabels);
    long coveredThrough = in.readLong();
    long chunkId = in.readLong();
    long firstPosition = in.readLong();
    long lastPosition = in.readLong();
    long firstAppendNanos = in.readLong();
    int count = in.readCount(2);
    List<Block> blocks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      blocks.add(decodeBlock(in));
    }
    return new CheckpointChunk(
        tenant,
        fingerprint,
        labels,
        coveredThrough,
        chunkId,
        firstPosition,
        lastPosition,
        firstAppendNanos,
        blocks);
  }

  private static Block decodeBlock(RecordCursor in) {
    int form = in.readByte();
    return switch (form) {
      case COLUMNS -> new Block.Columns(PushRecord.readColumns(in, PushRecord.Sets.read(in)));
      case SEALED -> {
        int length = in.readVarint();
        int start = in.skip(length);
        yield new Block.Sealed(Arrays.copyOfRange(in.bytes(), start, start + length));
      }
      default -> throw new MalformedRecordException("unknown form of block: " + form);
    };
  }
}
