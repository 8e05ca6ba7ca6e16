package io.skald.server;

import io.skald.storage.object.s3.S3Config;

/**
 * The {@code storage_config} block: the object store, for which {@code common.storage} is the newer
 * place, and what of it is kept on the local disk.
 *
 * @param aws used where {@code common.storage.s3} names no bucket
 * @param indexCacheSize bytes of copies of index files
 */
public record StorageSection(Filesystem filesystem, S3Config aws, long indexCacheSize) {
  private static final long GIB = 1 << 30;

  static final StorageSection DEFAULTS =
      new StorageSection(new Filesystem(""), S3Config.DEFAULTS, GIB);

  public StorageSection {
    if (indexCacheSize < 0) {
      throw new IllegalArgumentException(
          "storage_config.index_cache_size must not be negative: " + indexCacheSize);
    }
  }

  /**
   * Objects as files.
   *
   * @param directory used where {@code common.storage.filesystem.chunks_directory} is empty
   */
  public record Filesystem(String directory) {}
}
