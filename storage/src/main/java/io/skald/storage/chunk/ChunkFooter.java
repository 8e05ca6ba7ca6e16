package io.skald.storage.chunk;

import io.skald.common.model.Fingerprint;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What stands at the end of a chunk: its blocks, and where their columns are. Immutable.
 *
 * <pre>
 *  footer := magic "SKCF" | version u8 | chunk id u64 | fingerprint high u64, low u64
 *          | blocks LEB128 | block*
 *          | crc32c u32 of everything before
 *  block  := entries LEB128 | line bytes LEB128 | metadata bytes LEB128
 *          | first timestamp i64 | span LEB128
 *          | per column: encoding u8 | length LEB128 | crc32c u32
 * </pre>
 *
 * Columns lie in the order of {@link Column}, each kind for all blocks side by side, from the start
 * of the chunk; the footer follows without a gap. In an object the lines may lie apart ({@link
 * ChunkRef}). Numbers are little-endian.
 */
public final class ChunkFooter {
  /**
   * What is written. Versions 1 and 2 are read as well: they do not count metadata, and 1 lacks an
   * encoding of lines.
   */
  static final int VERSION = 3;

  private static final int OLDEST_VERSION = 1;
  private static final int FIRST_VERSION_WITH_METADATA_BYTES = 3;

  /** "SKCF" as it stands in the file. */
  private static final int MAGIC = 'S' | 'K' << 8 | 'C' << 16 | 'F' << 24;

  /** The least a block takes in a footer. */
  private static final int MIN_BLOCK_BYTES = 3 + Long.BYTES + Column.COUNT * 6;

  /**
   * One block.
   *
   * @param columns one for each {@link Column}, in order
   */
  public record Block(BlockLayout layout, List<ColumnPosition> columns) {
    public Block {
      columns = List.copyOf(columns);
    }

    public ColumnPosition position(Column column) {
      return columns.get(column.ordinal());
    }
  }

  /**
   * Where a column lies.
   *
   * @param offset from the start of the chunk; where that is in the object tells {@link ChunkRef}
   */
  public record ColumnPosition(int encoding, int offset, int length, int crc) {}

  private final long chunkId;
  private final Fingerprint fingerprint;
  private final List<Block> blocks;

  private ChunkFooter(long chunkId, Fingerprint fingerprint, List<Block> blocks) {
    this.chunkId = chunkId;
    this.fingerprint = fingerprint;
    this.blocks = List.copyOf(blocks);
  }

  public long chunkId() {
    return chunkId;
  }

  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Returns the blocks in the order in which they were sealed. */
  public List<Block> blocks() {
    return blocks;
  }

  /**
   * A chunk ready to be written.
   *
   * @param small the columns before the lines
   * @param lines the lines of the blocks
   * @param footer comes last
   * @param length bytes of all
   * @param linesLength bytes of {@code lines}
   */
  public record EncodedChunk(
      List<ByteBuffer> small, List<ByteBuffer> lines, byte[] footer, int length, int linesLength) {}

  /**
   * Lays a chunk out. The columns are not copied.
   *
   * @throws IllegalArgumentException if it is 2 GiB or longer
   */
  public static EncodedChunk encode(Chunk chunk) {
    List<ByteBuffer> small = new ArrayList<>();
    List<ByteBuffer> lines = new ArrayList<>();
    byte[] footer = encodeFooter(chunk);
    long length = footer.length;
    long linesLength = 0;
    for (Column column : Column.values()) {
      for (SealedBlock block : chunk.blocks()) {
        byte[] bytes = block.encoded(column).bytes();
        if (bytes.length > 0) {
          (column == Column.LINES ? lines : small).add(ByteBuffer.wrap(bytes));
          length += bytes.length;
          linesLength += column == Column.LINES ? bytes.length : 0;
        }
      }
    }
    if (length > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "chunk " + chunk.id() + " of " + chunk.labels() + " takes 2 GiB or more: " + length);
    }
    return new EncodedChunk(small, lines, footer, (int) length, (int) linesLength);
  }

  private static byte[] encodeFooter(Chunk chunk) {
    SectionWriter out = new SectionWriter();
    out.writeInt(MAGIC).writeByte(VERSION).writeLong(chunk.id());
    out.writeLong(chunk.fingerprint().high()).writeLong(chunk.fingerprint().low());
    out.writeVarLong(chunk.blocks().size());
    for (SealedBlock block : chunk.blocks()) {
      block.layout().write(out);
      for (Column column : Column.values()) {
        EncodedColumn encoded = block.encoded(column);
        byte[] bytes = encoded.bytes();
        out.writeByte(encoded.encoding()).writeVarLong(bytes.length);
        out.writeInt(Section.crc(bytes, 0, bytes.length));
      }
    }
    return out.writeCrc().toByteArray();
  }

  /**
   * Reads a footer.
   *
   * @param object key of the object that holds it, for messages
   * @param offset of the footer in the object, for messages
   * @param columnBytes the bytes of all columns of the chunk
   * @throws CorruptChunkException if it is damaged, does not describe exactly {@code columnBytes},
   *     or has a version that this reader does not know
   */
  public static ChunkFooter decode(String object, long offset, byte[] bytes, int columnBytes) {
    Section section = new Section(object, "chunk footer", offset, 0, bytes);
    SectionReader in = new SectionReader(section);
    if (in.readInt() != MAGIC) {
      throw section.corrupt("it does not start with SKCF");
    }
    int version = in.readByte();
    section.requireVersion(version, OLDEST_VERSION, VERSION);
    int checked = bytes.length - Integer.BYTES;
    if (checked < in.position()) {
      throw section.corrupt("it has only " + bytes.length + " bytes");
    }
    int expectedCrc = new SectionReader(section).skipTo(checked).readInt();
    int actualCrc = Section.crc(bytes, 0, checked);
    if (actualCrc != expectedCrc) {
      throw section.corrupt("CRC32C is %08x, expected %08x".formatted(actualCrc, expectedCrc));
    }
    ChunkFooter footer = decodeChecked(section, in, version, columnBytes);
    in.skip(Integer.BYTES);
    in.expectEnd();
    return footer;
  }

  private static ChunkFooter decodeChecked(
      Section section, SectionReader in, int version, int columnBytes) {
    long chunkId = in.readLong();
    Fingerprint fingerprint = new Fingerprint(in.readLong(), in.readLong());
    int count = in.readVarInt("the number of blocks", in.remaining() / MIN_BLOCK_BYTES);
    if (count == 0) {
      throw section.corrupt("the chunk has no block");
    }
    BlockLayout[] layouts = new BlockLayout[count];
    int[][] encodings = new int[count][Column.COUNT];
    int[][] lengths = new int[count][Column.COUNT];
    int[][] crcs = new int[count][Column.COUNT];
    for (int i = 0; i < count; i++) {
      layouts[i] = BlockLayout.read(section, in, version >= FIRST_VERSION_WITH_METADATA_BYTES);
      for (int c = 0; c < Column.COUNT; c++) {
        encodings[i][c] = in.readByte();
        lengths[i][c] = in.readVarInt("the length of a column", columnBytes);
        crcs[i][c] = in.readInt();
      }
    }
    int[][] offsets = offsets(section, lengths, columnBytes);
    List<Block> blocks = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      List<ColumnPosition> columns = new ArrayList<>(Column.COUNT);
      for (int c = 0; c < Column.COUNT; c++) {
        columns.add(new ColumnPosition(encodings[i][c], offsets[i][c], lengths[i][c], crcs[i][c]));
      }
      blocks.add(new Block(layouts[i], columns));
    }
    return new ChunkFooter(chunkId, fingerprint, blocks);
  }

  private static int[][] offsets(Section section, int[][] lengths, int columnBytes) {
    int[][] offsets = new int[lengths.length][Column.COUNT];
    long at = 0;
    for (int c = 0; c < Column.COUNT; c++) {
      for (int i = 0; i < lengths.length; i++) {
        offsets[i][c] = (int) at;
        at += lengths[i][c];
        if (at > columnBytes) {
          throw section.corrupt("its columns are longer than the chunk");
        }
      }
    }
    if (at != columnBytes) {
      throw section.corrupt("its columns have " + at + " bytes, the chunk has " + columnBytes);
    }
    return offsets;
  }
}
