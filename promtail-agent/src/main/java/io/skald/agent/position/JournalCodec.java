package io.skald.agent.position;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes of a journal. All integers are big-endian; text is UTF-8 behind its length (u32).
 *
 * <pre>
 *  file      := "SKALDJNL" | version u32 = 1 | record*
 *  record    := length u32 | crc32c u32 | payload (length bytes; the checksum covers it)
 *  payload   := snapshot | batch | delivered | progress | part | note
 *  snapshot  := 1 u8 | nextId u64 | lastTimestamp i64 | positions       first record of the file
 *  batch     := 2 u8 | id u64 | lastTimestamp i64 | tenant text | entries u32 | lineBytes u64
 *               | positions | length u32 | body
 *  delivered := 3 u8 | id u64
 *  progress  := 4 u8 | lastTimestamp i64 | positions
 *  part      := 5 u8 | as a batch           counts once the batch that follows the parts is there
 *  note      := 6 u8 | length u32 | bytes   what is to be told beside the next batch
 *  positions := count u32 | position*
 *  position  := target text | device u64 | inode u64 | born i64 | headHash u64 | headLength u32
 *               | offset i64 (-1: forgotten) | lineState u8 | path text
 * </pre>
 */
final class JournalCodec {
  static final byte[] MAGIC = "SKALDJNL".getBytes(StandardCharsets.US_ASCII);
  static final int VERSION = 1;
  static final int HEADER_BYTES = 12;
  static final int RECORD_HEADER_BYTES = 8;

  /** With empty texts. */
  private static final int MIN_POSITION_BYTES = 53;

  private JournalCodec() {}

  /** One decoded record. */
  sealed interface JournalRecord {
    record Snapshot(long nextId, long lastTimestampNanos, List<FilePosition> positions)
        implements JournalRecord {}

    record Batch(JournaledBatch batch) implements JournalRecord {}

    /** A batch whose group goes on. */
    record Part(JournaledBatch batch) implements JournalRecord {}

    record Delivered(long id) implements JournalRecord {}

    record Progress(long lastTimestampNanos, List<FilePosition> positions)
        implements JournalRecord {}

    @SuppressWarnings("ArrayRecordComponent") // handed through
    record Note(byte[] bytes) implements JournalRecord {}
  }

  /** Returns the record with its length and checksum, ready to be written. */
  static ByteBuffer encode(JournalRecord record) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeLong(0); // room for length and checksum
      switch (record) {
        case JournalRecord.Snapshot snapshot -> {
          out.writeByte(1);
          out.writeLong(snapshot.nextId());
          out.writeLong(snapshot.lastTimestampNanos());
          writePositions(out, snapshot.positions());
        }
        case JournalRecord.Batch(JournaledBatch batch) -> writeBatch(out, 2, batch);
        case JournalRecord.Part(JournaledBatch batch) -> writeBatch(out, 5, batch);
        case JournalRecord.Delivered(long id) -> {
          out.writeByte(3);
          out.writeLong(id);
        }
        case JournalRecord.Note(byte[] note) -> {
          out.writeByte(6);
          out.writeInt(note.length);
          out.write(note);
        }
        case JournalRecord.Progress progress -> {
          out.writeByte(4);
          out.writeLong(progress.lastTimestampNanos());
          writePositions(out, progress.positions());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes.toByteArray());
    int length = buffer.capacity() - RECORD_HEADER_BYTES;
    CRC32C crc = new CRC32C();
    crc.update(buffer.array(), RECORD_HEADER_BYTES, length);
    buffer.putInt(0, length);
    buffer.putInt(4, (int) crc.getValue());
    return buffer;
  }

  /**
   * Decodes a payload whose checksum was right.
   *
   * @throws CorruptJournalException if it is of a kind that this version does not know, or does not
   *     follow the format
   */
  static JournalRecord decode(ByteBuffer in) throws CorruptJournalException {
    try {
      return read(in);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new CorruptJournalException("malformed record: " + e);
    }
  }

  private static JournalRecord read(ByteBuffer in) throws CorruptJournalException {
    byte kind = in.get();
    return switch (kind) {
      case 1 -> new JournalRecord.Snapshot(in.getLong(), in.getLong(), readPositions(in));
      case 2 -> new JournalRecord.Batch(readBatch(in));
      case 5 -> new JournalRecord.Part(readBatch(in));
      case 3 -> new JournalRecord.Delivered(in.getLong());
      case 6 -> new JournalRecord.Note(readBytes(in));
      case 4 -> new JournalRecord.Progress(in.getLong(), readPositions(in));
      default -> throw new CorruptJournalException("unknown kind of record: " + kind);
    };
  }

  private static void writeBatch(DataOutputStream out, int kind, JournaledBatch batch)
      throws IOException {
    out.writeByte(kind);
    out.writeLong(batch.id());
    out.writeLong(batch.lastTimestampNanos());
    writeText(out, batch.tenant());
    out.writeInt(batch.entries());
    out.writeLong(batch.lineBytes());
    writePositions(out, batch.positions());
    out.writeInt(batch.body().length);
    out.write(batch.body());
  }

  private static JournaledBatch readBatch(ByteBuffer in) {
    long id = in.getLong();
    long lastTimestampNanos = in.getLong();
    String tenant = readText(in);
    int entries = in.getInt();
    long lineBytes = in.getLong();
    List<FilePosition> positions = readPositions(in);
    return new JournaledBatch(
        id, tenant, lastTimestampNanos, entries, lineBytes, positions, readBytes(in));
  }

  private static void writePositions(DataOutputStream out, Collection<FilePosition> positions)
      throws IOException {
    out.writeInt(positions.size());
    for (FilePosition position : positions) {
      writeText(out, position.id().target());
      out.writeLong(position.id().device());
      out.writeLong(position.id().inode());
      out.writeLong(position.bornNanos());
      out.writeLong(position.head().hash());
      out.writeInt(position.head().length());
      out.writeLong(position.offset());
      out.writeByte(position.lineState().code());
      writeText(out, position.path());
    }
  }

  private static List<FilePosition> readPositions(ByteBuffer in) {
    int count = in.getInt();
    if (count < 0 || count > in.remaining() / MIN_POSITION_BYTES) {
      throw new IllegalArgumentException(
          "%d positions where %d bytes follow".formatted(count, in.remaining()));
    }
    List<FilePosition> positions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      FileId id = new FileId(readText(in), in.getLong(), in.getLong());
      long bornNanos = in.getLong();
      FileHead head = new FileHead(in.getLong(), in.getInt());
      long offset = in.getLong();
      LineState state = LineState.ofCode(in.get());
      positions.add(new FilePosition(id, bornNanos, head, offset, state, readText(in)));
    }
    return positions;
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static String readText(ByteBuffer in) {
    return new String(readBytes(in), StandardCharsets.UTF_8);
  }

  private static byte[] readBytes(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new IllegalArgumentException(
          "length %d where %d bytes follow".formatted(length, in.remaining()));
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }
}
