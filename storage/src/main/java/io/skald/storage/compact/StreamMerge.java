package io.skald.storage.compact;

import io.skald.common.block.BlockView;
import io.skald.common.block.ColumnBlock;
import io.skald.common.block.MetadataTable;
import io.skald.storage.chunk.BlockSealer;
import io.skald.storage.chunk.Chunk;
import io.skald.storage.chunk.SealedBlock;
import io.skald.storage.index.IndexedChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes new chunks of the entries of old ones of one stream: sorted by time, equal entries once.
 * Confined to one thread, as the sealer is.
 */
final class StreamMerge {
  /** As the blocks of ingesters. */
  private static final int BLOCK_LINE_BYTES = 256 << 10;

  /** Of blocks whose lines are short or empty. */
  private static final int MAX_BLOCK_ENTRIES = 1 << 17;

  private final BlockSealer sealer;
  private final int lineBytesPerChunk;

  StreamMerge(BlockSealer sealer, int lineBytesPerChunk) {
    this.sealer = sealer;
    this.lineBytesPerChunk = lineBytesPerChunk;
  }

  /** Returns all entries as one block; of equal ones the first, in the order of the blocks. */
  static ColumnBlock join(List<BlockView> blocks) {
    int size = 0;
    int bytes = 0;
    for (BlockView block : blocks) {
      size = Math.addExact(size, block.size());
      bytes = Math.addExact(bytes, Math.toIntExact(block.lineBytes()));
    }
    long[] timestamps = new long[size];
    int[] starts = new int[size];
    int[] lengths = new int[size];
    int[] ids = new int[size];
    byte[] area = new byte[bytes];
    MetadataTable table = new MetadataTable();
    int row = 0;
    int at = 0;
    for (BlockView block : blocks) {
      int count = block.size();
      int[] offsets = block.lineOffsets();
      int length = offsets[count] - offsets[0];
      System.arraycopy(block.lines(), offsets[0], area, at, length);
      System.arraycopy(block.timestamps(), 0, timestamps, row, count);
      int[] from = block.metadataIds();
      int[] mapped = new int[block.metadata().size()];
      Arrays.fill(mapped, -1);
      for (int i = 0; i < count; i++) {
        starts[row + i] = at + offsets[i] - offsets[0];
        lengths[row + i] = offsets[i + 1] - offsets[i];
        if (mapped[from[i]] < 0) {
          mapped[from[i]] = table.intern(block.metadata().get(from[i]));
        }
        ids[row + i] = mapped[from[i]];
      }
      row += count;
      at += length;
    }
    return ColumnBlock.ofArrivals(size, timestamps, area, starts, lengths, ids, table);
  }

  /**
   * Returns chunks with the entries; the ids are those of sources, ascending with time, so that
   * what came before and behind the sources keeps its place.
   *
   * @param sources whose entries these are; there are never more chunks than sources
   */
  List<Chunk> chunks(BlockView entries, List<IndexedChunk> sources) {
    long[] ids = sources.stream().mapToLong(source -> source.chunk().chunkId()).sorted().toArray();
    IndexedChunk first = sources.getFirst();
    List<Chunk> chunks = new ArrayList<>();
    List<SealedBlock> blocks = new ArrayList<>();
    long chunkBytes = 0;
    long target = Math.max(lineBytesPerChunk, entries.lineBytes() / ids.length + 1);
    for (int from = 0; from < entries.size(); ) {
      int to = cut(entries, from);
      SealedBlock block = sealer.seal(slice(entries, from, to));
      blocks.add(block);
      chunkBytes += block.lineBytes();
      from = to;
      boolean last = from == entries.size();
      if (last || (chunkBytes >= target && chunks.size() < ids.length - 1)) {
        chunks.add(
            new Chunk(
                ids[chunks.size()], first.labels(), first.fingerprint(), List.copyOf(blocks)));
        blocks.clear();
        chunkBytes = 0;
      }
    }
    return chunks;
  }

  private static int cut(BlockView entries, int from) {
    int[] offsets = entries.lineOffsets();
    int to = from + 1;
    while (to < entries.size()
        && to - from < MAX_BLOCK_ENTRIES
        && offsets[to + 1] - offsets[from] <= BLOCK_LINE_BYTES) {
      to++;
    }
    return to;
  }

  private static ColumnBlock slice(BlockView entries, int from, int to) {
    int[] offsets = entries.lineOffsets();
    int[] sliced = new int[to - from + 1];
    int[] ids = new int[to - from];
    MetadataTable table = new MetadataTable();
    int[] all = entries.metadataIds();
    for (int i = from; i < to; i++) {
      sliced[i - from + 1] = offsets[i + 1] - offsets[from];
      ids[i - from] = table.intern(entries.metadata().get(all[i]));
    }
    return ColumnBlock.of(
        to - from,
        Arrays.copyOfRange(entries.timestamps(), from, to),
        sliced,
        Arrays.copyOfRange(entries.lines(), offsets[from], offsets[to]),
        ids,
        table);
  }
}
