package io.skald.storage.index;

import io.skald.common.block.StorageException;
import io.skald.storage.chunk.ChunkRef;
import java.nio.ByteBuffer;

/**
 * A reference to a chunk outside of the index, on its way between processes.
 *
 * <pre>
 *  reference := max timestamp, min timestamp, chunk id: as in the key of the index | its value
 * </pre>
 */
public final class ChunkRefBytes {
  private static final int KEY_BYTES = 3 * Long.BYTES;

  private ChunkRefBytes() {}

  public static byte[] of(ChunkRef chunk) {
    byte[] value = IndexValues.chunk(chunk);
    return ByteBuffer.allocate(KEY_BYTES + value.length)
        .putLong(chunk.maxTimestamp() ^ Long.MIN_VALUE)
        .putLong(chunk.minTimestamp() ^ Long.MIN_VALUE)
        .putLong(chunk.chunkId())
        .put(value)
        .array();
  }

  /**
   * Reads a reference.
   *
   * @throws io.skald.common.block.StorageException if it is malformed
   */
  public static ChunkRef read(byte[] reference) {
    if (reference.length < KEY_BYTES) {
      throw new StorageException("a reference to a chunk has " + reference.length + " bytes");
    }
    byte[] value = new byte[reference.length - KEY_BYTES];
    System.arraycopy(reference, KEY_BYTES, value, 0, value.length);
    return IndexValues.readChunk(reference, 0, value);
  }
}
