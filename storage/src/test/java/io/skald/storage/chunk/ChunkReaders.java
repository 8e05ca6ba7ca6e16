package io.skald.storage.chunk;

import io.skald.common.block.BlockView;
import io.skald.common.block.LineTemplates;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;

/** The readers of chunks on any bytes, for the fuzzer. */
public final class ChunkReaders {
  private static final ColumnDecoder DECODER = new ColumnDecoder();

  /** Blocks may have a million entries; the fuzzer must not wait for them. */
  private static final int MAX_ENTRIES = 1 << 12;

  private ChunkReaders() {}

  /** Reads bytes as a footer whose checksum is right. */
  public static void footer(byte[] bytes) {
    byte[] checked =
        new SectionWriter().writeBytes(bytes, 0, bytes.length).writeCrc().toByteArray();
    try {
      ChunkFooter footer = ChunkFooter.decode("o", 0, checked, 100);
      Assertions.assertFalse(footer.blocks().isEmpty());
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }

  /** Reads bytes as a sealed block, and all columns of it. */
  public static void block(byte[] bytes) {
    try {
      SealedBlock block = SealedBlocks.decode("test", bytes, DECODER);
      if (block.entries() <= MAX_ENTRIES) {
        read(block.view());
      }
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }

  /** Reads bytes that are packed. */
  public static void packed(int encoding, byte[] bytes) {
    try {
      DECODER.unpack(new Section("o", "s", 0, encoding, bytes), 1 << 20).expectEnd();
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }

  /** Each column by itself: one that is damaged must not hide the next. */
  private static void read(BlockView view) {
    int size = view.size();
    Runnable[] columns = {
      () -> ascending(view.timestamps()),
      () -> offsets(view),
      () -> Assertions.assertTrue(view.lines().length >= view.lineBytes()),
      () -> templates(view.templates(), size),
      () -> metadata(view),
      () -> view.mayContain(new byte[] {1, 2, 3, 4, 5}),
    };
    for (Runnable column : columns) {
      try {
        column.run();
      } catch (CorruptChunkException e) {
        Assertions.assertNotNull(e.getMessage());
      }
    }
  }

  private static void ascending(long[] timestamps) {
    for (int i = 1; i < timestamps.length; i++) {
      Assertions.assertTrue(timestamps[i - 1] <= timestamps[i]);
    }
  }

  private static void offsets(BlockView view) {
    int[] offsets = view.lineOffsets();
    Assertions.assertEquals(view.size() + 1, offsets.length);
    for (int i = 1; i < offsets.length; i++) {
      Assertions.assertTrue(offsets[i - 1] <= offsets[i]);
    }
    Assertions.assertEquals(view.lineBytes(), offsets[view.size()]);
  }

  private static void templates(@Nullable LineTemplates templates, int size) {
    if (templates != null) {
      templates.lines(new int[] {size - 1}, 1, null);
    }
  }

  private static void metadata(BlockView view) {
    for (int id : view.metadataIds()) {
      Assertions.assertNotNull(view.metadata().get(id));
    }
  }
}
