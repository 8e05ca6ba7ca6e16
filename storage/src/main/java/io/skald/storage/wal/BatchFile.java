package io.skald.storage.wal;

import io.skald.common.block.StorageException;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.TenantId;
import io.skald.common.push.BatchKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file beside a log that names the batches whose records the log may have forgotten. Replaced
 * as a whole: written under another name, synced, renamed. Little-endian.
 *
 * <pre>
 *  file    := magic (8 bytes: "SKALDBAT") | version u32 = 1 | crc32c u32 of the payload | payload
 *  payload := batch count varint | batch*
 *  batch   := tenant text | sender text | batch text | seen nanoseconds u64
 *             | stream count varint | (fingerprint high u64, low u64)*
 * </pre>
 */
public final class BatchFile {
  static final String NAME = "batches";

  private static final Logger log = LoggerFactory.getLogger(BatchFile.class);
  private static final byte[] MAGIC = "SKALDBAT".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 16;
  private static final int MIN_BATCH_BYTES = 12;

  private final WalDisk disk;

  /**
   * A batch that was stored.
   *
   * @param seenNanos when, in nanoseconds since the epoch
   * @param streams those of its streams that were
   */
  public record Seen(TenantId tenant, BatchKey key, long seenNanos, List<Fingerprint> streams) {
    public Seen {
      streams = List.copyOf(streams);
    }
  }

  /**
   * @param disk of the log
   */
  public BatchFile(WalDisk disk) {
    this.disk = disk;
  }

  /**
   * Returns what was written last, in that order. Of a file that is missing or damaged nothing is
   * known; the log tells of damage.
   *
   * @throws IOException if it cannot be read
   * @throws StorageException if it has an unknown version
   */
  public List<Seen> read() throws IOException {
    if (!disk.list().contains(NAME)) {
      return List.of();
    }
    byte[] bytes;
    try (WalDisk.Input input = disk.open(NAME)) {
      ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(input.size()));
      input.read(whole, 0);
      bytes = whole.array();
    }
    try {
      return decode(bytes);
    } catch (MalformedRecordException e) {
      log.error(
          "the file {} in the WAL directory {} is damaged ({}); a batch that a client sends again"
              + " is stored a second time",
          NAME,
          disk,
          e.getMessage());
      return List.of();
    }
  }

  /**
   * Replaces the file.
   *
   * @throws IOException if the new one may not be durable
   */
  public void write(List<Seen> batches) throws IOException {
    String unfinished = NAME + LogFiles.UNFINISHED_SUFFIX;
    try (WalDisk.Output output = disk.create(unfinished)) {
      output.write(ByteBuffer.wrap(encode(batches)));
      output.force();
    }
    disk.rename(unfinished, NAME);
    disk.force();
  }

  static byte[] encode(List<Seen> batches) {
    RecordBuffer out = new RecordBuffer(1 << 12);
    out.reserve(RecordBuffer.MAX_VARINT_BYTES);
    out.putVarint(batches.size());
    for (Seen batch : batches) {
      out.putText(batch.tenant.value());
      out.putText(batch.key.sender());
      out.putText(batch.key.batch());
      out.reserve(
          Long.BYTES
              + RecordBuffer.MAX_VARINT_BYTES
              + (long) Fingerprint.BYTES * batch.streams.size());
      out.putLong(batch.seenNanos);
      out.putVarint(batch.streams.size());
      for (Fingerprint stream : batch.streams) {
        out.putLong(stream.high());
        out.putLong(stream.low());
      }
    }
    int length = out.payloadBytes();
    byte[] bytes = new byte[HEADER_BYTES + length];
    ByteBuffer.wrap(bytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(out.payloadChecksum());
    System.arraycopy(
        out.withHeader(0, 0), SegmentFormat.RECORD_HEADER_BYTES, bytes, HEADER_BYTES, length);
    return bytes;
  }

  static List<Seen> decode(byte[] bytes) {
    if (bytes.length < HEADER_BYTES || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, 8)) {
      throw new MalformedRecordException("it does not begin with SKALDBAT");
    }
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int version = header.getInt(MAGIC.length);
    if (version != VERSION) {
      throw new StorageException(
          NAME + ": format version " + version + " is unknown; this reader knows version 1");
    }
    CRC32C crc = new CRC32C();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    if ((int) crc.getValue() != header.getInt(MAGIC.length + Integer.BYTES)) {
      throw new MalformedRecordException("it fails its checksum");
    }
    RecordCursor in = new RecordCursor(Arrays.copyOfRange(bytes, HEADER_BYTES, bytes.length));
    List<Seen> batches = new ArrayList<>();
    for (int left = in.readCount(MIN_BATCH_BYTES); left > 0; left--) {
      TenantId tenant = PushRecord.readTenant(in);
      BatchKey key = PushRecord.readKey(in);
      long seenNanos = in.readLong();
      List<Fingerprint> streams = new ArrayList<>();
      for (int streamsLeft = in.readCount(Fingerprint.BYTES); streamsLeft > 0; streamsLeft--) {
        streams.add(new Fingerprint(in.readLong(), in.readLong()));
      }
      batches.add(new Seen(tenant, key, seenNanos, streams));
    }
    return batches;
  }
}
