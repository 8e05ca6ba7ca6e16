package io.skald.storage.pack;

import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.common.model.TenantId;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionReader;
import io.skald.storage.chunk.SectionWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The layout of a pack. Numbers are little-endian.
 *
 * <pre>
 *  pack      := header | lines of chunk* | rest of chunk* | directory | trailer
 *  header    := magic "SKPK" | version u8
 *  directory := tenant | chunks LEB128 | entry*
 *  entry     := chunk id u64 | fingerprint high u64, low u64
 *             | labels LEB128 | per label: name, value
 *             | offset LEB128 | length LEB128 | footer length LEB128
 *             | lines offset LEB128 | lines length LEB128
 *             | first timestamp i64 | span LEB128 | entries LEB128 | line bytes LEB128 | metadata bytes LEB128
 *             | blocks LEB128
 *  trailer   := directory offset u64 | directory length u32 | directory crc32c u32
 *             | version u8 | crc32c u32 of the trailer so far | magic "SKPK"
 * </pre>
 *
 * A string is its length (LEB128) and its UTF-8 bytes. Versions 1 and 2 are read as well: their
 * entries lack the metadata bytes, and those of version 1 the place of the lines, which lie in the
 * chunk between its small columns and its footer.
 */
final class PackFormat {
  static final int VERSION = 3;

  private static final int OLDEST_VERSION = 1;
  private static final int FIRST_VERSION_WITH_METADATA_BYTES = 3;
  static final int HEADER_LENGTH = 5;
  static final int TRAILER_LENGTH = 25;

  private static final int MAGIC = 'S' | 'K' << 8 | 'P' << 16 | 'K' << 24;
  private static final int CHECKED_TRAILER_LENGTH = 17;
  private static final int MIN_ENTRY_LENGTH = 39;

  private PackFormat() {}

  /** Where the directory is, and the version of the pack. */
  record Trailer(long directoryOffset, int directoryLength, int directoryCrc, int version) {}

  static byte[] header() {
    return new SectionWriter().writeInt(MAGIC).writeByte(VERSION).toByteArray();
  }

  static void checkHeader(Section section, Trailer trailer) {
    SectionReader in = new SectionReader(section);
    checkMagic(section, in.readInt());
    int version = in.readByte();
    section.requireVersion(version, OLDEST_VERSION, VERSION);
    if (version != trailer.version()) {
      throw section.corrupt(
          "it has format version %d, the trailer %d".formatted(version, trailer.version()));
    }
  }

  static byte[] directory(TenantId tenant, List<PackedChunk> chunks) {
    SectionWriter out = new SectionWriter();
    out.writeString(tenant.value()).writeVarLong(chunks.size());
    for (PackedChunk chunk : chunks) {
      ChunkRef ref = chunk.ref();
      out.writeLong(ref.chunkId());
      out.writeLong(chunk.fingerprint().high()).writeLong(chunk.fingerprint().low());
      out.writeVarLong(chunk.labels().size());
      for (int i = 0; i < chunk.labels().size(); i++) {
        out.writeString(chunk.labels().name(i)).writeString(chunk.labels().value(i));
      }
      out.writeVarLong(ref.offset()).writeVarLong(ref.length()).writeVarLong(ref.footerLength());
      out.writeVarLong(ref.linesOffset()).writeVarLong(ref.linesLength());
      out.writeLong(ref.minTimestamp()).writeVarLong(ref.maxTimestamp() - ref.minTimestamp());
      out.writeVarLong(ref.entries()).writeVarLong(ref.lineBytes());
      out.writeVarLong(ref.metadataBytes()).writeVarLong(ref.blocks());
    }
    return out.toByteArray();
  }

  static PackReader.Directory readDirectory(Section section, Trailer trailer) {
    SectionReader in = new SectionReader(section);
    String tenant = in.readString("the length of the tenant");
    int count = in.readVarInt("the number of chunks", in.remaining() / MIN_ENTRY_LENGTH);
    List<PackedChunk> chunks = new ArrayList<>(count);
    try {
      for (int i = 0; i < count; i++) {
        PackedChunk chunk = readEntry(section.object(), in, trailer.version());
        ChunkRef ref = chunk.ref();
        if (!liesIn(ref.offset(), ref.mainEnd(), trailer)
            || (ref.linesLength() > 0 && !liesIn(ref.linesOffset(), ref.linesEnd(), trailer))) {
          throw section.corrupt("chunk " + i + " lies outside the chunks of the pack");
        }
        chunks.add(chunk);
      }
      in.expectEnd();
      return new PackReader.Directory(new TenantId(tenant), chunks);
    } catch (IllegalArgumentException e) {
      throw section.corrupt(String.valueOf(e.getMessage()));
    }
  }

  private static boolean liesIn(long start, long end, Trailer trailer) {
    return start >= HEADER_LENGTH && end >= start && end <= trailer.directoryOffset();
  }

  private static PackedChunk readEntry(String object, SectionReader in, int version) {
    long chunkId = in.readLong();
    Fingerprint fingerprint = new Fingerprint(in.readLong(), in.readLong());
    int labels = in.readVarInt("the number of labels", in.remaining());
    Labels.Builder builder = Labels.builder();
    for (int i = 0; i < labels; i++) {
      builder.set(
          in.readString("the length of a label name"),
          in.readString("the length of a label value"));
    }
    long offset = in.readVarLong();
    int length = in.readVarInt("the length of a chunk", Integer.MAX_VALUE);
    int footerLength = in.readVarInt("the length of a footer", length);
    long linesOffset = version == OLDEST_VERSION ? 0 : in.readVarLong();
    int linesLength =
        version == OLDEST_VERSION ? 0 : in.readVarInt("the length of the lines", length);
    long first = in.readLong();
    long last = first + in.readVarLong();
    long entries = in.readVarLong();
    long lineBytes = in.readVarLong();
    long metadataBytes = version < FIRST_VERSION_WITH_METADATA_BYTES ? 0 : in.readVarLong();
    int blocks = in.readVarInt("the number of blocks", Integer.MAX_VALUE);
    ChunkRef ref =
        new ChunkRef(
            chunkId,
            object,
            offset,
            length,
            footerLength,
            linesOffset,
            linesLength,
            first,
            last,
            entries,
            lineBytes,
            metadataBytes,
            blocks);
    return new PackedChunk(builder.build(), fingerprint, ref);
  }

  static byte[] trailer(long directoryOffset, byte[] directory) {
    return new SectionWriter()
        .writeLong(directoryOffset)
        .writeInt(directory.length)
        .writeInt(Section.crc(directory, 0, directory.length))
        .writeByte(VERSION)
        .writeCrc()
        .writeInt(MAGIC)
        .toByteArray();
  }

  static Trailer readTrailer(Section section) {
    SectionReader in = new SectionReader(section);
    Trailer trailer = new Trailer(in.readLong(), in.readInt(), in.readInt(), in.readByte());
    int expectedCrc = in.readInt();
    checkMagic(section, in.readInt());
    section.requireVersion(trailer.version(), OLDEST_VERSION, VERSION);
    int actualCrc = Section.crc(section.bytes(), 0, CHECKED_TRAILER_LENGTH);
    if (actualCrc != expectedCrc) {
      throw section.corrupt("CRC32C is %08x, expected %08x".formatted(actualCrc, expectedCrc));
    }
    boolean fits =
        trailer.directoryOffset >= HEADER_LENGTH
            && trailer.directoryLength >= 0
            && trailer.directoryOffset + trailer.directoryLength == section.offset();
    if (!fits) {
      throw section.corrupt("the directory does not end where the trailer starts");
    }
    return trailer;
  }

  private static void checkMagic(Section section, int magic) {
    if (magic != MAGIC) {
      throw section.corrupt("there is no magic SKPK; is it a pack?");
    }
  }
}
