package io.skald.storage.wal;

import io.skald.common.block.StorageException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The bytes around the records of a segment or checkpoint file. Little-endian.
 *
 * <pre>
 *  file   := header record*
 *  header := magic (8 bytes) | version u32 | number u32 | crc32c u32 of the 16 bytes before
 *  record := length u32 | payload crc32c u32 | header crc32c u32 | payload (length bytes)
 * </pre>
 *
 * <p>The header checksum of a record covers file number, offset, length and payload checksum. So a
 * reader that lost its way tries a header at every byte for the price of hashing 20 bytes, and
 * bytes that look like a record but stand in another place, inside a log line say, are not one.
 */
final class SegmentFormat {
  static final int FILE_HEADER_BYTES = 20;
  static final int RECORD_HEADER_BYTES = 12;

  /** What is written; the first version, which has no keyed pushes, is read too. */
  static final int VERSION = 2;

  private static final int FIRST_VERSION = 1;
  static final byte[] SEGMENT_MAGIC = "SKALDWAL".getBytes(StandardCharsets.US_ASCII);
  static final byte[] CHECKPOINT_MAGIC = "SKALDCKP".getBytes(StandardCharsets.US_ASCII);

  private static final int CHECKED_HEADER_BYTES = 16;
  private static final int CHECKED_RECORD_BYTES = 20;
  private static final Pattern SEGMENT_NAME = Pattern.compile("([0-9]{8,10})\\.wal");
  private static final Pattern CHECKPOINT_NAME = Pattern.compile("checkpoint\\.([0-9]{8,10})");

  private SegmentFormat() {}

  static String segmentName(int number) {
    return String.format("%08d.wal", number);
  }

  /** Returns the name of the checkpoint that covers every segment below {@code number}. */
  static String checkpointName(int number) {
    return String.format("checkpoint.%08d", number);
  }

  /** Returns the number in the name of a segment, or -1 for another file. */
  static int segmentNumber(String name) {
    return number(SEGMENT_NAME, name);
  }

  /** Returns the number in the name of a checkpoint, or -1 for another file. */
  static int checkpointNumber(String name) {
    return number(CHECKPOINT_NAME, name);
  }

  private static int number(Pattern pattern, String name) {
    Matcher matcher = pattern.matcher(name);
    if (!matcher.matches()) {
      return -1;
    }
    long number = Long.parseLong(matcher.group(1));
    return number > Integer.MAX_VALUE ? -1 : (int) number;
  }

  static void putFileHeader(ByteBuffer target, byte[] magic, int number) {
    putFileHeader(target, magic, VERSION, number);
  }

  private static void putFileHeader(ByteBuffer target, byte[] magic, int version, int number) {
    ByteBuffer header = ByteBuffer.allocate(FILE_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.put(magic).putInt(version).putInt(number);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, CHECKED_HEADER_BYTES);
    header.putInt((int) crc.getValue());
    target.put(header.flip());
  }

  /**
   * Checks the first bytes of a file.
   *
   * @return null, or what is wrong with them
   * @throws StorageException if the file is whole but of a version this reader does not know
   */
  static @Nullable String checkFileHeader(
      String file, ByteBuffer header, byte[] magic, int number) {
    if (header.remaining() < FILE_HEADER_BYTES) {
      return "file header is cut off";
    }
    byte[] bytes = new byte[FILE_HEADER_BYTES];
    header.get(bytes);
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, CHECKED_HEADER_BYTES);
    if (fields.getInt(CHECKED_HEADER_BYTES) != (int) crc.getValue()) {
      return "file header fails its checksum";
    }
    if (!Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length)) {
      return "file header has the wrong magic";
    }
    int version = fields.getInt(8);
    if (version < FIRST_VERSION || version > VERSION) {
      throw new StorageException(
          file
              + " has WAL format version "
              + version
              + "; this program reads versions "
              + FIRST_VERSION
              + " to "
              + VERSION);
    }
    return fields.getInt(12) == number ? null : "file header has another number than the name";
  }

  /**
   * Returns whether the first bytes of a file can be those of a header that was not written to the
   * end: of what is there, each byte is right or zero.
   */
  static boolean isBegun(ByteBuffer header, byte[] magic, int number) {
    for (int version = FIRST_VERSION; version <= VERSION; version++) {
      if (isBegun(header, magic, version, number)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isBegun(ByteBuffer header, byte[] magic, int version, int number) {
    ByteBuffer expected = ByteBuffer.allocate(FILE_HEADER_BYTES);
    putFileHeader(expected, magic, version, number);
    for (int i = 0; i < Math.min(header.remaining(), FILE_HEADER_BYTES); i++) {
      byte actual = header.get(header.position() + i);
      if (actual != 0 && actual != expected.get(i)) {
        return false;
      }
    }
    return true;
  }

  static int payloadChecksum(byte[] bytes, int start, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, start, length);
    return (int) crc.getValue();
  }

  /** Computes header checksums; not thread-safe, reused for every record of a file. */
  static final class HeaderChecksum {
    private final byte[] bytes = new byte[CHECKED_RECORD_BYTES];
    private final ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    HeaderChecksum(int number) {
      fields.putInt(0, number);
    }

    int of(long offset, int length, int payloadChecksum) {
      fields.putLong(4, offset).putInt(12, length).putInt(16, payloadChecksum);
      crc.reset();
      crc.update(bytes, 0, CHECKED_RECORD_BYTES);
      return (int) crc.getValue();
    }
  }
}
