package io.skald.storage.index;

import org.jspecify.annotations.Nullable;

/** Keys and values that do not change, for one call. Confined to one thread, to be closed. */
interface KeySpace extends AutoCloseable {
  /** Returns a cursor that stands nowhere yet; the caller closes it. */
  KeyCursor cursor();

  byte @Nullable [] get(byte[] key);

  @Override
  void close();
}
