package io.skald.storage.read;

import io.skald.common.block.StorageException;
import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.ObjectStore;
import java.util.List;

/** Where the bytes of packs come from. Thread-safe. */
public interface PackSource {
  /**
   * Returns bytes of a pack.
   *
   * @throws StorageException if they cannot be read
   */
  byte[] read(String key, long offset, int length);

  /**
   * Tells what a query will read soon. Never throws because of the store: whoever reads finds out.
   *
   * @param chunks need not be looked at; of some of them perhaps the lines
   * @param unopened those of them whose footers and small columns are read for certain
   */
  void prepare(List<ChunkRef> chunks, List<ChunkRef> unopened);

  /** Returns how many bytes are best read at once by whoever reads on and on; 0 for no more. */
  int readAheadBytes();

  /** Returns the store itself, for one that answers as fast as a cache would. */
  static PackSource direct(ObjectStore store) {
    return new PackSource() {
      @Override
      public byte[] read(String key, long offset, int length) {
        return store.read(key, offset, length);
      }

      @Override
      public void prepare(List<ChunkRef> chunks, List<ChunkRef> unopened) {}

      @Override
      public int readAheadBytes() {
        return 0;
      }
    };
  }
}
