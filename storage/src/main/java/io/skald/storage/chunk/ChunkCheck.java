package io.skald.storage.chunk;

import java.util.ArrayList;
import java.util.List;

/** Reads a whole stored chunk and checks every byte of it. */
public final class ChunkCheck {
  private static final byte[] ANY_LITERAL = {'s', 'k', 'a', 'l', 'd'};

  private ChunkCheck() {}

  /**
   * What is left of a chunk.
   *
   * @param intact blocks that can be read, in order; one whose skip filter alone is damaged is
   *     among them, without it
   * @param faults what is wrong; empty for a whole chunk
   * @param lostEntries entries in blocks that cannot be read
   */
  public record Result(List<SealedBlock> intact, List<String> faults, long lostEntries) {
    public Result {
      intact = List.copyOf(intact);
      faults = List.copyOf(faults);
    }
  }

  /** Reads bytes of the object that holds a chunk. */
  public interface Bytes {
    byte[] read(long offset, int length);
  }

  /** Reads a whole chunk: columns and footer, wherever its lines lie. */
  public static byte[] bytes(ChunkRef ref, Bytes object) {
    byte[] main = object.read(ref.offset(), ref.mainLength());
    if (ref.linesLength() == 0) {
      return main;
    }
    byte[] lines = object.read(ref.linesOffset(), ref.linesLength());
    byte[] all = new byte[ref.length()];
    System.arraycopy(main, 0, all, 0, ref.smallColumnsLength());
    System.arraycopy(lines, 0, all, ref.smallColumnsLength(), lines.length);
    System.arraycopy(main, ref.smallColumnsLength(), all, ref.columnsLength(), ref.footerLength());
    return all;
  }

  /**
   * @param ref where the chunk lies
   * @param bytes all {@code ref.length()} bytes of it, as {@link #bytes} gives them
   * @param decoder what the blocks decode with
   */
  public static Result read(ChunkRef ref, byte[] bytes, ColumnDecoder decoder) {
    int columnBytes = ref.columnsLength();
    ChunkFooter footer;
    try {
      byte[] footerBytes = new byte[ref.footerLength()];
      System.arraycopy(bytes, columnBytes, footerBytes, 0, footerBytes.length);
      footer = ChunkFooter.decode(ref.packKey(), ref.footerOffset(), footerBytes, columnBytes);
    } catch (CorruptChunkException e) {
      return new Result(List.of(), List.of(String.valueOf(e.getMessage())), ref.entries());
    }
    if (footer.chunkId() != ref.chunkId()) {
      String fault =
          "%s: the chunk at offset %d has the id %s, expected %s"
              .formatted(
                  ref.packKey(),
                  ref.offset(),
                  Long.toUnsignedString(footer.chunkId()),
                  Long.toUnsignedString(ref.chunkId()));
      return new Result(List.of(), List.of(fault), ref.entries());
    }
    List<SealedBlock> intact = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    long lost = 0;
    for (ChunkFooter.Block block : footer.blocks()) {
      int before = intact.size();
      read(ref, bytes, block, decoder, intact, faults);
      if (intact.size() == before) {
        lost += block.layout().entries();
      }
    }
    return new Result(intact, faults, lost);
  }

  private static void read(
      ChunkRef ref,
      byte[] bytes,
      ChunkFooter.Block block,
      ColumnDecoder decoder,
      List<SealedBlock> intact,
      List<String> faults) {
    List<EncodedColumn> columns = new ArrayList<>(Column.COUNT);
    boolean isWhole = true;
    for (Column column : Column.values()) {
      ChunkFooter.ColumnPosition position = block.position(column);
      byte[] content = new byte[position.length()];
      System.arraycopy(bytes, position.offset(), content, 0, content.length);
      EncodedColumn encoded = new EncodedColumn(position.encoding(), content);
      try {
        Section.verified(
            ref.packKey(),
            column.name(),
            ref.position(position.offset()),
            position.encoding(),
            content,
            position.crc());
      } catch (CorruptChunkException e) {
        faults.add(String.valueOf(e.getMessage()));
        isWhole &= column == Column.FILTER;
        encoded = EncodedColumn.ABSENT; // passes every literal, if it is the filter
      }
      columns.add(encoded);
    }
    if (isWhole) {
      SealedBlock sealed = new SealedBlock(block.layout(), columns, decoder);
      try {
        decodeAll(sealed);
        intact.add(sealed);
      } catch (CorruptChunkException e) {
        faults.add(ref.packKey() + ": a block at offset " + ref.offset() + ": " + e.getMessage());
      }
    }
  }

  private static void decodeAll(SealedBlock sealed) {
    var view = sealed.view();
    view.timestamps();
    view.lineOffsets();
    view.lines();
    view.metadataIds();
    view.mayContain(ANY_LITERAL);
  }
}
