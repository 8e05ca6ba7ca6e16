package io.skald.storage.chunk;

import java.util.zip.CRC32C;

/**
 * A checked run of bytes, and where it came from for the error that names it.
 *
 * @param object key of the object that holds it
 * @param name what it is, for messages
 * @param offset first byte in the object
 * @param encoding how the bytes are coded; what the number means depends on the section
 */
public record Section(String object, String name, long offset, int encoding, byte[] bytes) {

  /**
   * Checks bytes that were read.
   *
   * @throws CorruptChunkException if they do not have the expected CRC32C
   */
  public static Section verified(
      String object, String name, long offset, int encoding, byte[] bytes, int expectedCrc) {
    Section section = new Section(object, name, offset, encoding, bytes);
    int actualCrc = crc(bytes, 0, bytes.length);
    if (actualCrc != expectedCrc) {
      throw section.corrupt("CRC32C is %08x, expected %08x".formatted(actualCrc, expectedCrc));
    }
    return section;
  }

  /** Returns the error that says what is wrong with this section. */
  public CorruptChunkException corrupt(String detail) {
    return new CorruptChunkException(object, name, offset, detail);
  }

  /**
   * Checks the version of a format.
   *
   * @throws CorruptChunkException if it is not one of {@code oldest} to {@code newest}
   */
  public void requireVersion(int version, int oldest, int newest) {
    if (version < oldest || version > newest) {
      throw corrupt(
          "format version %d is unknown; this reader knows versions %d to %d"
              .formatted(version, oldest, newest));
    }
  }

  /** Returns the CRC32C (RFC 3720, appendix B.4) of a range. */
  public static int crc(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
