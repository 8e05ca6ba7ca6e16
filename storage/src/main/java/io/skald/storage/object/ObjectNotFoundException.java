package io.skald.storage.object;

import io.skald.common.block.StorageException;

/** There is no object under the key. */
public final class ObjectNotFoundException extends StorageException {
  private static final long serialVersionUID = 1;

  public ObjectNotFoundException(String key) {
    super("object " + key + " does not exist");
  }
}
