package io.skald.storage.compact;

import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** A chunk that was fetched whole, for whoever reads parts of it: one request instead of many. */
final class FetchedChunk implements ObjectStore {
  private final ChunkRef ref;
  private final byte[] bytes;

  FetchedChunk(ObjectStore store, ChunkRef ref) {
    this.ref = ref;
    this.bytes = store.read(ref.packKey(), ref.offset(), ref.length());
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    if (!key.equals(ref.packKey())) {
      throw new IllegalArgumentException("only a chunk of " + ref.packKey() + " is here: " + key);
    }
    int from = Math.toIntExact(offset - ref.offset());
    return Arrays.copyOfRange(bytes, from, from + length);
  }

  @Override
  public long size(String key) {
    throw new UnsupportedOperationException("a chunk is only read");
  }

  @Override
  public List<String> list(String prefix) {
    throw new UnsupportedOperationException("a chunk is only read");
  }

  @Override
  public void put(String key, List<ByteBuffer> parts) {
    throw new UnsupportedOperationException("a chunk is only read");
  }

  @Override
  public void delete(String key) {
    throw new UnsupportedOperationException("a chunk is only read");
  }
}
