package io.skald.storage.fuzz;

import io.skald.storage.chunk.ChunkReaders;
import io.skald.storage.delete.DeleteReaders;
import io.skald.storage.index.IndexReaders;
import io.skald.storage.pack.PackReaders;
import io.skald.storage.pattern.PatternReaders;
import io.skald.storage.wal.WalReaders;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Assertions;

/**
 * One target for all readers of stored bytes, since a run fuzzes a single method: the first byte
 * chooses the reader, the rest is what it reads. Checksums are made right, or the fuzzer would
 * never get past them.
 */
final class StorageReaders {
  /** Linear time over inputs of some KiB: far more than any may take on a busy machine. */
  private static final Duration MAX_TIME = Duration.ofSeconds(10);

  private StorageReaders() {}

  /**
   * @throws AssertionError if a reader takes too long, or hands out what has the wrong shape
   */
  static void tryAll(byte[] data) {
    if (data.length < 2) {
      return;
    }
    byte[] bytes = Arrays.copyOfRange(data, 1, data.length);
    long start = System.nanoTime();
    switch (data[0] & 7) {
      case 0 -> WalReaders.payload(bytes);
      case 1 -> WalReaders.segment(bytes);
      case 2 -> ChunkReaders.footer(bytes);
      case 3 -> ChunkReaders.block(bytes);
      case 4 -> PatternReaders.tryAll(bytes);
      case 5 -> PackReaders.tryAll(bytes);
      case 6 -> DeleteReaders.requests(bytes);
      default -> {
        IndexReaders.tryAll(bytes);
        ChunkReaders.packed(2, bytes);
      }
    }
    Assertions.assertTrue(
        System.nanoTime() - start < MAX_TIME.toNanos(), "took too long: reader " + (data[0] & 7));
  }
}
