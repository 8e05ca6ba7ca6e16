package io.skald.server;

import io.skald.storage.object.s3.S3Config;

/**
 * The {@code storage_config} block: the object store, for which {@code common.storage} is the newer
 * place, and what of it is kept on the local disk.
 *
 * @param aws used where {@code common.storage.s3} names no bucket
 * @param indexCacheSize bytes of copies of index files
 * @param packCacheSize bytes of stretches of packs in memory, with a bucket
 * @param packDiskCacheSize bytes of stretches of packs on disk, with a bucket; 0 keeps none
 */
public record StorageSection(
    Filesystem filesystem,
    S3Config aws,
    long indexCacheSize,
    long packCacheSize,
    long packDiskCacheSize) {
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;

  static final StorageSection DEFAULTS =
      new StorageSection(new Filesystem(""), S3Config.DEFAULTS, GIB, 64 * MIB, GIB);

  public StorageSection {
    checkSize("index_cache_size", indexCacheSize);
    checkSize("pack_cache_size", packCacheSize);
    checkSize("pack_disk_cache_size", packDiskCacheSize);
  }

  private static void checkSize(String key, long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "storage_config." + key + " must not be negative: " + bytes);
    }
  }

  /**
   * Objects as files.
   *
   * @param directory used where {@code common.storage.filesystem.chunks_directory} is empty
   */
  public record Filesystem(String directory) {}
}
