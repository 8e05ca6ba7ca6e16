package io.skald.storage.index;

import io.skald.common.block.StorageException;

/** Walks keys in ascending order, each once. Confined to one thread, to be closed. */
interface KeyCursor extends AutoCloseable {
  /** Moves to the first key that is {@code key} or above. */
  void seek(byte[] key);

  /** Returns whether the cursor stands on a key; false past the last and after an error. */
  boolean isValid();

  void next();

  /** Returns a copy of the key here. */
  byte[] key();

  /** Returns a copy of the value here. */
  byte[] value();

  /**
   * Throws if the cursor stopped because of an error and not at the end.
   *
   * @throws StorageException if so
   */
  void check();

  @Override
  void close();
}
