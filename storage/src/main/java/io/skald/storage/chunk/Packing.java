package io.skald.storage.chunk;

import java.util.Arrays;

/** The two ways to store a run of bytes inside a section: as it is, or as a zstd frame. */
final class Packing {
  static final int RAW = 1;
  static final int ZSTD = 2;

  private Packing() {}

  /** Returns the shorter form of the written bytes. */
  static EncodedColumn pack(byte[] bytes, int length, Zstandard zstd) {
    int packed = zstd.compress(bytes, 0, length);
    SectionWriter header = new SectionWriter().writeVarLong(length);
    if (header.size() + packed >= length) {
      return new EncodedColumn(RAW, Arrays.copyOf(bytes, length));
    }
    return new EncodedColumn(ZSTD, header.writeBytes(zstd.buffer(), 0, packed).toByteArray());
  }

  /**
   * Reverses {@link #pack}.
   *
   * @throws CorruptChunkException if the section is not of that form or holds more than {@code max}
   *     bytes
   */
  static byte[] unpack(Section section, DecompressionContexts contexts, long max) {
    byte[] bytes = section.bytes();
    return switch (section.encoding()) {
      case RAW -> bytes;
      case ZSTD -> {
        SectionReader in = new SectionReader(section);
        int length = in.readVarInt("the unpacked length", max);
        yield contexts.decompress(section, in.position(), in.remaining(), 0, length, 0);
      }
      default -> throw unknown(section);
    };
  }

  static CorruptChunkException unknown(Section section) {
    return section.corrupt("encoding " + section.encoding() + " is unknown to this version");
  }
}
