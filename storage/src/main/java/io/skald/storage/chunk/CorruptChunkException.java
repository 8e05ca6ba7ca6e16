package io.skald.storage.chunk;

import io.skald.common.block.StorageException;

/**
 * Stored bytes are not what was written. The message names the object, the section and its offset;
 * nothing that was read from the section has been handed out.
 */
public final class CorruptChunkException extends StorageException {
  private static final long serialVersionUID = 1;

  /**
   * @param object key of the object, or where else the bytes lie
   * @param section which part of the object
   * @param offset first byte of the section in the object
   */
  public CorruptChunkException(String object, String section, long offset, String detail) {
    super("%s is damaged: %s at offset %d: %s".formatted(object, section, offset, detail));
  }
}
