package io.skald.storage.compact;

import io.skald.storage.object.ObjectStore;
import java.nio.ByteBuffer;
import java.util.List;

/** What stands in for the object store where known objects are read. */
abstract class ReadOnlyStore implements ObjectStore {
  @Override
  public final byte[] read(String key) {
    return read(key, 0, ObjectStore.wholeLength(key, size(key)));
  }

  @Override
  public final List<String> list(String prefix) {
    throw readOnly();
  }

  @Override
  public final void put(String key, List<ByteBuffer> parts) {
    throw readOnly();
  }

  @Override
  public final void delete(String key) {
    throw readOnly();
  }

  private static UnsupportedOperationException readOnly() {
    return new UnsupportedOperationException("known objects are read here, nothing else");
  }
}
