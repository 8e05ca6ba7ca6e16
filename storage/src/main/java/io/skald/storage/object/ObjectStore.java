package io.skald.storage.object;

import io.skald.common.block.StorageException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Objects under keys, written and replaced as a whole. Thread-safe; calls block on I/O.
 *
 * <p>A key is one or more segments joined by {@code /}; see {@link ObjectKey} for what a segment
 * may hold. Every method throws {@link IllegalArgumentException} for a key that breaks the rules,
 * {@link ObjectNotFoundException} where an object has to exist and does not, and {@link
 * StorageException} when the store fails.
 */
public interface ObjectStore {
  /**
   * Stores the bytes of {@code parts}, one after the other. When this returns the whole object is
   * durable; when it throws, or the machine stops before, the old state of the key is kept, or the
   * new one where the answer of a distant store got lost, and never a part of it. An object that is
   * there already is replaced.
   *
   * @param parts read from their positions to their limits; the buffers are left untouched
   */
  void put(String key, List<ByteBuffer> parts);

  /**
   * Returns {@code length} bytes from {@code offset}.
   *
   * @throws StorageException if the object is shorter than {@code offset + length}
   */
  byte[] read(String key, long offset, int length);

  /**
   * Returns the whole object, by one request: also where it is replaced meanwhile, that is the old
   * one or the new one. For small objects that are replaced; of others a part is mostly enough.
   *
   * @throws StorageException if it has 2 GiB or more
   */
  byte[] read(String key);

  /** Returns the size of the object in bytes. */
  long size(String key);

  /**
   * Returns the length of a whole object as that of an array.
   *
   * @throws StorageException if none can be as long
   */
  static int wholeLength(String key, long size) {
    if (size > Integer.MAX_VALUE - Long.BYTES) {
      throw new StorageException(
          "object %s has %d bytes, too many to be read at once".formatted(key, size));
    }
    return (int) size;
  }

  /** Returns the keys that start with {@code prefix}, sorted; a prefix may end inside a segment. */
  List<String> list(String prefix);

  /** Removes the object, durably; nothing happens when there is none. */
  void delete(String key);
}
