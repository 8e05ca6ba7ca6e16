package io.skald.storage.index;

import io.skald.storage.chunk.CorruptChunkException;
import org.junit.jupiter.api.Assertions;

/** The readers of values of the index on any bytes, for the fuzzer. */
public final class IndexReaders {
  private static final int KEY_BYTES = 24;

  private IndexReaders() {}

  /** Reads bytes as the labels of a series and as the reference to a chunk. */
  public static void tryAll(byte[] bytes) {
    tryOne(() -> IndexValues.readSeries(bytes));
    tryOne(() -> IndexValues.readChunk(new byte[KEY_BYTES], 0, bytes));
  }

  private static void tryOne(Runnable reader) {
    try {
      reader.run();
    } catch (CorruptChunkException e) {
      Assertions.assertNotNull(e.getMessage());
    }
  }
}
