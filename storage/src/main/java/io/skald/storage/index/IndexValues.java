package io.skald.storage.index;

import io.skald.common.model.Labels;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.chunk.Section;
import io.skald.storage.chunk.SectionReader;
import io.skald.storage.chunk.SectionWriter;
import java.nio.ByteBuffer;

/**
 * The values of the index. A string is its length (LEB128) and its UTF-8 bytes.
 *
 * <pre>
 *  series  := labels LEB128 | per label: name, value
 *  posting := nothing
 *  chunk   := pack key | offset LEB128 | length LEB128 | footer length LEB128
 *           | entries LEB128 | line bytes LEB128 | blocks LEB128
 *           | (lines offset LEB128 | lines length LEB128), if the lines lie apart or more follows
 *           | metadata bytes LEB128, if it is not 0
 *  local   := position i64 big-endian
 * </pre>
 */
final class IndexValues {
  private IndexValues() {}

  static byte[] series(Labels labels) {
    SectionWriter out = new SectionWriter().writeVarLong(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      out.writeString(labels.name(i)).writeString(labels.value(i));
    }
    return out.toByteArray();
  }

  static Labels readSeries(byte[] value) {
    SectionReader in = new SectionReader(section("series", value));
    int count = in.readVarInt("the number of labels", in.remaining());
    Labels.Builder labels = Labels.builder();
    for (int i = 0; i < count; i++) {
      labels.set(
          in.readString("the length of a label name"),
          in.readString("the length of a label value"));
    }
    in.expectEnd();
    return labels.build();
  }

  static byte[] chunk(ChunkRef ref) {
    SectionWriter out = new SectionWriter();
    out.writeString(ref.packKey())
        .writeVarLong(ref.offset())
        .writeVarLong(ref.length())
        .writeVarLong(ref.footerLength())
        .writeVarLong(ref.entries())
        .writeVarLong(ref.lineBytes())
        .writeVarLong(ref.blocks());
    if (ref.linesLength() > 0 || ref.metadataBytes() > 0) {
      out.writeVarLong(ref.linesOffset()).writeVarLong(ref.linesLength());
    }
    if (ref.metadataBytes() > 0) {
      out.writeVarLong(ref.metadataBytes());
    }
    return out.toByteArray();
  }

  /** Reads a chunk; what its key holds follows the first {@code streamPrefixLength} bytes there. */
  static ChunkRef readChunk(byte[] key, int streamPrefixLength, byte[] value) {
    ByteBuffer fields = ByteBuffer.wrap(key, streamPrefixLength, 3 * Long.BYTES);
    long maxTimestamp = fields.getLong() ^ Long.MIN_VALUE;
    long minTimestamp = fields.getLong() ^ Long.MIN_VALUE;
    long chunkId = fields.getLong();
    Section section = section("chunk reference", value);
    SectionReader in = new SectionReader(section);
    String packKey = in.readString("the length of a pack key");
    long offset = in.readVarLong();
    int length = in.readVarInt("the length of a chunk", Integer.MAX_VALUE);
    int footerLength = in.readVarInt("the length of a footer", Integer.MAX_VALUE);
    long entries = in.readVarLong();
    long lineBytes = in.readVarLong();
    int blocks = in.readVarInt("the number of blocks", Integer.MAX_VALUE);
    boolean apart = in.remaining() > 0;
    long linesOffset = apart ? in.readVarLong() : 0;
    int linesLength = apart ? in.readVarInt("the length of the lines", length) : 0;
    long metadataBytes = in.remaining() > 0 ? in.readVarLong() : 0;
    in.expectEnd();
    try {
      return new ChunkRef(
          chunkId,
          packKey,
          offset,
          length,
          footerLength,
          linesOffset,
          linesLength,
          minTimestamp,
          maxTimestamp,
          entries,
          lineBytes,
          metadataBytes,
          blocks);
    } catch (IllegalArgumentException e) {
      throw section.corrupt(String.valueOf(e.getMessage()));
    }
  }

  /** Returns the first timestamp in a chunk key. */
  static long readMinTimestamp(byte[] key, int streamPrefixLength) {
    return ByteBuffer.wrap(key).getLong(streamPrefixLength + Long.BYTES) ^ Long.MIN_VALUE;
  }

  static byte[] position(long position) {
    return ByteBuffer.allocate(Long.BYTES).putLong(position).array();
  }

  static long readPosition(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }

  private static Section section(String what, byte[] value) {
    return new Section("the label index", what, 0, 0, value);
  }
}
