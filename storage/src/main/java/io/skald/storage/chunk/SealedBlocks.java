package io.skald.storage.chunk;

import java.util.ArrayList;
import java.util.List;

/**
 * One sealed block as bytes by itself, for a WAL checkpoint and for readers elsewhere. Whoever
 * keeps or carries the bytes checks that they are whole.
 *
 * <pre>
 *  sealed block := version u8 | entries LEB128 | line bytes LEB128 | metadata bytes LEB128
 *                | first timestamp i64 | span LEB128
 *                | per column: encoding u8 | length LEB128 | bytes
 * </pre>
 *
 * In version 1, which is read as well, metadata is not counted.
 */
public final class SealedBlocks {
  private static final int VERSION = 2;
  private static final int OLDEST_VERSION = 1;

  private SealedBlocks() {}

  public static byte[] encode(SealedBlock block) {
    SectionWriter out = new SectionWriter();
    out.writeByte(VERSION);
    block.layout().write(out);
    for (Column column : Column.values()) {
      EncodedColumn encoded = block.encoded(column);
      out.writeByte(encoded.encoding()).writeVarLong(encoded.bytes().length);
      out.writeBytes(encoded.bytes(), 0, encoded.bytes().length);
    }
    return out.toByteArray();
  }

  /**
   * @param object where the bytes lie, for messages
   * @param decoder what the block's views decode with
   * @throws CorruptChunkException if the bytes do not follow the format or have an unknown version
   */
  public static SealedBlock decode(String object, byte[] bytes, ColumnDecoder decoder) {
    Section section = new Section(object, "sealed block", 0, 0, bytes);
    SectionReader in = new SectionReader(section);
    int version = in.readByte();
    section.requireVersion(version, OLDEST_VERSION, VERSION);
    BlockLayout layout = BlockLayout.read(section, in, version > OLDEST_VERSION);
    List<EncodedColumn> columns = new ArrayList<>(Column.COUNT);
    for (int i = 0; i < Column.COUNT; i++) {
      int encoding = in.readByte();
      columns.add(new EncodedColumn(encoding, in.readBytes(in.readLength("the column length"))));
    }
    in.expectEnd();
    return new SealedBlock(layout, columns, decoder);
  }
}
