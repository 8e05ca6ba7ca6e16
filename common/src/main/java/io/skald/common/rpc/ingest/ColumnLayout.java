package io.skald.common.rpc.ingest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Entries of one stream as they lie in memory, column behind column.
 *
 * <pre>
 *  columns := version u8 = 1 | metadata u8 | count u32 | timestamps i64* | line lengths u32*
 *             | metadata ids u32* (only if metadata is 1) | line bytes      little-endian
 * </pre>
 *
 * There is no checksum: the transport has one, and nothing is kept in this form.
 */
final class ColumnLayout {
  private static final byte VERSION = 1;
  private static final int HEADER_BYTES = 6;
  private static final int FIXED_BYTES = Long.BYTES + Integer.BYTES;

  private ColumnLayout() {}

  static ByteString encode(EntryBatch entries) {
    int size = entries.size();
    boolean metadata = entries.metadata().size() > 1;
    ByteBuffer out = allocate(size, metadata, entries.lineBytes());
    for (int i = 0; i < size; i++) {
      out.putLong(entries.timestamp(i));
    }
    for (int i = 0; i < size; i++) {
      out.putInt(entries.length(i));
    }
    if (metadata) {
      for (int i = 0; i < size; i++) {
        out.putInt(entries.metadataId(i));
      }
    }
    byte[] area = entries.area();
    for (int i = 0; i < size; i++) {
      out.put(area, entries.start(i), entries.length(i));
    }
    return UnsafeByteOperations.unsafeWrap(out.array());
  }

  /** Returns the rows {@code [from, to)} of a block. */
  static ByteString encode(BlockView block, int from, int to) {
    boolean metadata = block.metadata().size() > 1;
    int[] offsets = block.lineOffsets();
    int lineBytes = offsets[to] - offsets[from];
    ByteBuffer out = allocate(to - from, metadata, lineBytes);
    long[] timestamps = block.timestamps();
    for (int i = from; i < to; i++) {
      out.putLong(timestamps[i]);
    }
    for (int i = from; i < to; i++) {
      out.putInt(offsets[i + 1] - offsets[i]);
    }
    if (metadata) {
      int[] ids = block.metadataIds();
      for (int i = from; i < to; i++) {
        out.putInt(ids[i]);
      }
    }
    out.put(block.lines(), offsets[from], lineBytes);
    return UnsafeByteOperations.unsafeWrap(out.array());
  }

  /** Returns how many bytes all rows of a block are. */
  static long sizeOf(BlockView block) {
    return sizeOf(block.size(), block.metadata().size() > 1, block.lineBytes());
  }

  private static long sizeOf(int size, boolean metadata, long lineBytes) {
    return HEADER_BYTES + (long) size * (FIXED_BYTES + (metadata ? Integer.BYTES : 0)) + lineBytes;
  }

  private static ByteBuffer allocate(int size, boolean metadata, long lineBytes) {
    return ByteBuffer.allocate(Math.toIntExact(sizeOf(size, metadata, lineBytes)))
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(VERSION)
        .put((byte) (metadata ? 1 : 0))
        .putInt(size);
  }

  /**
   * Reads entries in order of arrival.
   *
   * @param table what metadata ids refer to
   * @throws IllegalArgumentException if the columns do not follow the layout
   */
  static EntryBatch decodeBatch(ByteString columns, MetadataTable table) {
    Columns read = Columns.read(columns, table.size());
    EntryBatch.Builder builder = new EntryBatch.Builder(read.bytes, table);
    for (int i = 0; i < read.timestamps.length; i++) {
      builder.add(
          read.timestamps[i],
          read.offsets[i],
          read.offsets[i + 1] - read.offsets[i],
          read.metadataIds[i]);
    }
    return builder.build();
  }

  /**
   * Reads a block.
   *
   * @throws IllegalArgumentException if the columns do not follow the layout, or times descend
   */
  static ColumnBlock decodeBlock(ByteString columns, MetadataTable table) {
    Columns read = Columns.read(columns, table.size());
    int size = read.timestamps.length;
    int base = read.offsets[0];
    byte[] lines = Arrays.copyOfRange(read.bytes, base, read.offsets[size]);
    int[] offsets = read.offsets;
    for (int i = 0; i <= size; i++) {
      offsets[i] -= base;
    }
    return ColumnBlock.of(size, read.timestamps, offsets, lines, read.metadataIds, table);
  }

  /**
   * Columns as read.
   *
   * @param offsets bounds of the lines in {@code bytes}, one more than entries
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Columns(byte[] bytes, long[] timestamps, int[] offsets, int[] metadataIds) {
    static Columns read(ByteString columns, int sets) {
      byte[] bytes = columns.toByteArray();
      ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      if (bytes.length < HEADER_BYTES) {
        throw malformed("they end inside their header");
      }
      byte version = in.get();
      if (version != VERSION) {
        throw malformed("version " + version + " is not known; update this process first");
      }
      boolean metadata = in.get() != 0;
      int size = in.getInt();
      long fixed = (long) size * (FIXED_BYTES + (metadata ? Integer.BYTES : 0));
      if (size < 0 || fixed > in.remaining()) {
        throw malformed(size + " entries do not fit into " + bytes.length + " bytes");
      }
      long[] timestamps = new long[size];
      in.asLongBuffer().get(timestamps);
      in.position(in.position() + size * Long.BYTES);
      int[] offsets = new int[size + 1];
      int lengthsAt = in.position();
      in.position(lengthsAt + size * Integer.BYTES);
      int[] ids = new int[size];
      if (metadata) {
        in.asIntBuffer().get(ids);
        in.position(in.position() + size * Integer.BYTES);
        for (int id : ids) {
          if (id < 0 || id >= sets) {
            throw malformed("metadata id " + id + " has no set");
          }
        }
      }
      offsets[0] = in.position();
      for (int i = 0; i < size; i++) {
        int length = in.getInt(lengthsAt + i * Integer.BYTES);
        if (length < 0 || length > bytes.length - offsets[i]) {
          throw malformed("line " + i + " is " + length + " bytes long");
        }
        offsets[i + 1] = offsets[i] + length;
      }
      if (offsets[size] != bytes.length) {
        throw malformed((bytes.length - offsets[size]) + " bytes follow the last line");
      }
      return new Columns(bytes, timestamps, offsets, ids);
    }

    private static IllegalArgumentException malformed(String why) {
      return new IllegalArgumentException("columns of entries are malformed: " + why);
    }
  }
}
