package io.skald.storage.pattern;

import io.skald.common.pattern.PatternSamples;
import io.skald.storage.chunk.ColumnDecoder;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionPacker;
import io.skald.storage.chunk.SectionReader;
import io.skald.storage.chunk.SectionWriter;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The patterns of the chunks of one pack, as they stand in it between the chunks and the pack's
 * directory. Numbers are little-endian.
 *
 * <pre>
 *  area      := body * chunks | directory | trailer
 *  body      := packed: patterns LEB128
 *             | (text string | level string | samples LEB128) * patterns
 *             | (first second zigzag LEB128 | distance in seconds LEB128 * (samples - 1)) * patterns
 *             | (count LEB128 * samples) * patterns
 *  directory := chunks LEB128 | (chunk id u64 | encoding u8 | length LEB128 | crc32c u32) * chunks
 *  trailer   := area length u64 | directory length u32 | directory crc32c u32
 *             | version u8 | crc32c u32 of the trailer so far | magic "SKPT"
 * </pre>
 */
public final class PatternArea {
  static final int VERSION = 1;
  static final int TRAILER_LENGTH = 25;

  private static final int MAGIC = 'S' | 'K' << 8 | 'P' << 16 | 'T' << 24;
  private static final int CHECKED_TRAILER_LENGTH = 17;
  private static final int MIN_DIRECTORY_ENTRY = 14;

  /** More than a chunk's lines can make, less than what would hurt. */
  private static final long MAX_BODY_BYTES = 1 << 28;

  /** Patterns are few bytes; the default of zstd is fast and nearly the best for them. */
  private static final int COMPRESSION_LEVEL = 3;

  private PatternArea() {}

  /** Where the patterns of one chunk are; offsets from the start of the area. */
  record Position(int encoding, long offset, int length, int crc) {}

  /** What the trailer says. */
  record Trailer(long areaLength, int directoryLength, int directoryCrc) {}

  /** Collects the patterns of the chunks of one pack. */
  public static final class Builder implements AutoCloseable {
    private final SectionPacker packer = new SectionPacker(COMPRESSION_LEVEL);
    private final ByteArrayOutputStream bodies = new ByteArrayOutputStream();
    private final SectionWriter entries = new SectionWriter();
    private int chunks;

    /** Adds the patterns of a chunk; each chunk at most once. */
    public void add(long chunkId, List<PatternSamples> patterns) {
      SectionPacker.Packed packed = packer.pack(encode(patterns));
      byte[] bytes = packed.bytes();
      bodies.writeBytes(bytes);
      entries.writeLong(chunkId).writeByte(packed.encoding()).writeVarLong(bytes.length);
      entries.writeInt(Section.crc(bytes, 0, bytes.length));
      chunks++;
    }

    /** Returns the area. */
    public byte[] build() {
      byte[] entryBytes = entries.toByteArray();
      byte[] directory =
          new SectionWriter()
              .writeVarLong(chunks)
              .writeBytes(entryBytes, 0, entryBytes.length)
              .toByteArray();
      long length = (long) bodies.size() + directory.length + TRAILER_LENGTH;
      bodies.writeBytes(directory);
      bodies.writeBytes(
          new SectionWriter()
              .writeLong(length)
              .writeInt(directory.length)
              .writeInt(Section.crc(directory, 0, directory.length))
              .writeByte(VERSION)
              .writeCrc()
              .writeInt(MAGIC)
              .toByteArray());
      return bodies.toByteArray();
    }

    @Override
    public void close() {
      packer.close();
    }
  }

  private static byte[] encode(List<PatternSamples> patterns) {
    SectionWriter out = new SectionWriter().writeVarLong(patterns.size());
    for (PatternSamples pattern : patterns) {
      out.writeString(pattern.pattern()).writeString(pattern.level());
      out.writeVarLong(pattern.seconds().length);
    }
    for (PatternSamples pattern : patterns) {
      long before = 0;
      for (int i = 0; i < pattern.seconds().length; i++) {
        long second = pattern.seconds()[i];
        out.writeVarLong(i == 0 ? second << 1 ^ second >> 63 : second - before);
        before = second;
      }
    }
    for (PatternSamples pattern : patterns) {
      for (long count : pattern.counts()) {
        out.writeVarLong(count);
      }
    }
    return out.toByteArray();
  }

  /**
   * Returns whether a section of {@link #TRAILER_LENGTH} bytes ends as a trailer does. If it does
   * not, it is the end of the pack's last chunk, or damaged.
   */
  static boolean hasMagic(Section trailer) {
    return new SectionReader(trailer).skipTo(TRAILER_LENGTH - Integer.BYTES).readInt() == MAGIC;
  }

  /**
   * @throws io.skald.storage.chunk.CorruptChunkException if it is damaged or has an unknown version
   */
  static Trailer readTrailer(Section section) {
    SectionReader in = new SectionReader(section);
    Trailer trailer = new Trailer(in.readLong(), in.readInt(), in.readInt());
    int version = in.readByte();
    int expectedCrc = in.readInt();
    int actualCrc = Section.crc(section.bytes(), 0, CHECKED_TRAILER_LENGTH);
    if (actualCrc != expectedCrc) {
      throw section.corrupt("CRC32C is %08x, expected %08x".formatted(actualCrc, expectedCrc));
    }
    if (version != VERSION) {
      throw section.corrupt(
          "format version " + version + " is unknown; this reader knows version " + VERSION);
    }
    boolean fits =
        trailer.directoryLength >= 1
            && trailer.areaLength >= (long) trailer.directoryLength + TRAILER_LENGTH
            && trailer.areaLength <= section.offset() + TRAILER_LENGTH;
    if (!fits) {
      throw section.corrupt("the lengths do not fit into the pack");
    }
    return trailer;
  }

  /**
   * @param section the directory, its checksum verified
   * @param bodyBytes what lies before it in the area
   */
  static Map<Long, Position> readDirectory(Section section, long bodyBytes) {
    SectionReader in = new SectionReader(section);
    int count = in.readVarInt("the number of chunks", in.remaining() / MIN_DIRECTORY_ENTRY);
    Map<Long, Position> positions = HashMap.newHashMap(count);
    long offset = 0;
    for (int i = 0; i < count; i++) {
      long chunkId = in.readLong();
      int encoding = in.readByte();
      int length = in.readVarInt("the length of a chunk's patterns", bodyBytes - offset);
      positions.put(chunkId, new Position(encoding, offset, length, in.readInt()));
      offset += length;
    }
    in.expectEnd();
    if (offset != bodyBytes) {
      throw section.corrupt("it describes " + offset + " bytes, there are " + bodyBytes);
    }
    return positions;
  }

  /**
   * @param section the body of one chunk, its checksum verified
   */
  static List<PatternSamples> readBody(Section section, ColumnDecoder decoder) {
    SectionReader in = decoder.unpack(section, MAX_BODY_BYTES);
    int count = in.readVarInt("the number of patterns", in.remaining());
    String[] texts = new String[count];
    String[] levels = new String[count];
    long[][] seconds = new long[count][];
    for (int i = 0; i < count; i++) {
      texts[i] = in.readString("the length of a pattern");
      levels[i] = in.readString("the length of a level");
      seconds[i] = new long[in.readVarInt("the number of samples", in.remaining())];
    }
    for (long[] column : seconds) {
      for (int i = 0; i < column.length; i++) {
        long number = in.readVarLong();
        column[i] = i == 0 ? number >>> 1 ^ -(number & 1) : column[i - 1] + number;
      }
    }
    List<PatternSamples> patterns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long[] counts = new long[seconds[i].length];
      for (int k = 0; k < counts.length; k++) {
        counts[k] = in.readVarLong();
      }
      patterns.add(new PatternSamples(texts[i], levels[i], seconds[i], counts));
    }
    in.expectEnd();
    return patterns;
  }
}
