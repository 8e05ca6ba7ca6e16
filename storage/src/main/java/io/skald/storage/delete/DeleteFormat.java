package io.skald.storage.delete;

import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionReader;
import io.skald.storage.chunk.SectionWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The delete requests of one tenant as an object. Numbers are little-endian; a string is its length
 * (LEB128) and its UTF-8 bytes.
 *
 * <pre>
 *  requests := magic "SKDR" | version u8 | requests LEB128 | request* | crc32c u32 of everything before
 *  request  := id string | query string | start i64 | end i64 | created i64 | percent u8
 * </pre>
 *
 * Version 1 has no percents.
 */
final class DeleteFormat {
  static final int VERSION = 2;

  private static final int WITHOUT_PERCENT = 1;

  private static final int MAGIC = 'S' | 'K' << 8 | 'D' << 16 | 'R' << 24;
  private static final int MIN_LENGTH = 10;
  private static final int MIN_REQUEST_LENGTH = 28;

  private DeleteFormat() {}

  static byte[] encode(List<DeleteRequest> requests) {
    SectionWriter out = new SectionWriter().writeInt(MAGIC).writeByte(VERSION);
    out.writeVarLong(requests.size());
    for (DeleteRequest request : requests) {
      out.writeString(request.id()).writeString(request.query());
      out.writeLong(request.startNanos()).writeLong(request.endNanos());
      out.writeLong(request.createdMillis()).writeByte(request.percent());
    }
    return out.writeCrc().toByteArray();
  }

  /**
   * @throws io.skald.storage.chunk.CorruptChunkException if the object is damaged or has an unknown
   *     version
   */
  static List<DeleteRequest> decode(String key, byte[] bytes) {
    Section section = new Section(key, "delete requests", 0, 0, bytes);
    SectionReader in = new SectionReader(section);
    if (bytes.length < MIN_LENGTH || in.readInt() != MAGIC) {
      throw section.corrupt("it does not start with SKDR");
    }
    int checked = bytes.length - Integer.BYTES;
    int expectedCrc = new SectionReader(section).skipTo(checked).readInt();
    int actualCrc = Section.crc(bytes, 0, checked);
    if (actualCrc != expectedCrc) {
      throw section.corrupt("CRC32C is %08x, expected %08x".formatted(actualCrc, expectedCrc));
    }
    int version = in.readByte();
    if (version != VERSION && version != WITHOUT_PERCENT) {
      throw section.corrupt(
          "format version " + version + " is unknown; this reader knows versions 1 and " + VERSION);
    }
    int count = in.readVarInt("the number of requests", in.remaining() / MIN_REQUEST_LENGTH);
    List<DeleteRequest> requests = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        requests.add(
            new DeleteRequest(
                in.readString("the length of an id"),
                in.readString("the length of a query"),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                version == WITHOUT_PERCENT ? 0 : in.readByte()));
      }
    } catch (IllegalArgumentException e) {
      throw section.corrupt(String.valueOf(e.getMessage()));
    }
    in.skip(Integer.BYTES);
    in.expectEnd();
    return List.copyOf(requests);
  }
}
