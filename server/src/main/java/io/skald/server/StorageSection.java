package io.skald.server;

import io.skald.storage.object.s3.S3Config;

/**
 * The {@code storage_config} block, of which the object store is left; {@code common.storage} is
 * the newer place for it.
 *
 * @param aws used where {@code common.storage.s3} names no bucket
 */
public record StorageSection(Filesystem filesystem, S3Config aws) {
  static final StorageSection DEFAULTS = new StorageSection(new Filesystem(""), S3Config.DEFAULTS);

  /**
   * Objects as files.
   *
   * @param directory used where {@code common.storage.filesystem.chunks_directory} is empty
   */
  public record Filesystem(String directory) {}
}
