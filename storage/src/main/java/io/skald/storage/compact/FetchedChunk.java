package io.skald.storage.compact;

import io.skald.storage.chunk.ChunkRef;
import io.skald.storage.object.ObjectStore;
import java.util.Arrays;

/** A chunk that was fetched whole, for whoever reads parts of it: few requests instead of many. */
final class FetchedChunk extends ReadOnlyStore {
  private final ChunkRef ref;
  private final byte[] main;
  private final byte[] lines;

  FetchedChunk(ObjectStore store, ChunkRef ref) {
    this.ref = ref;
    this.main = store.read(ref.packKey(), ref.offset(), ref.mainLength());
    this.lines =
        ref.linesLength() == 0
            ? new byte[0]
            : store.read(ref.packKey(), ref.linesOffset(), ref.linesLength());
  }

  @Override
  public byte[] read(String key, long offset, int length) {
    if (!key.equals(ref.packKey())) {
      throw new IllegalArgumentException("only a chunk of " + ref.packKey() + " is here: " + key);
    }
    boolean ofLines = ref.linesLength() > 0 && offset < ref.linesEnd();
    int from = Math.toIntExact(offset - (ofLines ? ref.linesOffset() : ref.offset()));
    return Arrays.copyOfRange(ofLines ? lines : main, from, from + length);
  }

  @Override
  public long size(String key) {
    throw new UnsupportedOperationException("a chunk is only read");
  }
}
