package io.skald.server;

import io.skald.common.ring.RingConfig;
import io.skald.storage.object.s3.S3Config;
import java.nio.file.Path;

/**
 * The {@code common} block.
 *
 * @param pathPrefix where the process keeps what is its own: WAL, label index
 * @param replicationFactor copies of every stream; 0 takes 1 in a single process, else 3
 * @param ring how processes find each other
 * @param storage where objects are kept
 */
public record CommonSection(
    Path pathPrefix, int replicationFactor, RingConfig ring, Storage storage) {
  static final CommonSection DEFAULTS =
      new CommonSection(
          Path.of("data"),
          0,
          RingConfig.DEFAULTS,
          new Storage(new Filesystem("", ""), S3Config.DEFAULTS));

  public CommonSection {
    if (replicationFactor < 0) {
      throw new IllegalArgumentException(
          "common.replication_factor must be at least 1: " + replicationFactor);
    }
  }

  /** Object stores, of which one is used: the bucket if one is named, else the folder. */
  public record Storage(Filesystem filesystem, S3Config s3) {}

  /**
   * Objects as files.
   *
   * @param chunksDirectory empty means {@code chunks} below the path prefix
   * @param rulesDirectory a folder with rules that others write; empty for none
   */
  public record Filesystem(String chunksDirectory, String rulesDirectory) {}

  /**
   * Returns this with the object store that the older place names, unless it has one.
   *
   * @throws IllegalArgumentException if a folder and a bucket are named, or what names the bucket
   *     is no good
   */
  CommonSection withFallback(StorageSection older) {
    Filesystem files = storage.filesystem();
    boolean isOlder = files.chunksDirectory().isEmpty();
    String folder = isOlder ? older.filesystem().directory() : files.chunksDirectory();
    S3Config bucket = storage.s3().isSet() ? storage.s3() : older.aws();
    if (bucket.isSet()) {
      String place = storage.s3().isSet() ? "common.storage.s3" : "storage_config.aws";
      if (!folder.isEmpty()) {
        throw new IllegalArgumentException(
            "objects are kept in a folder or in S3, and both are configured: remove %s or %s"
                .formatted(
                    isOlder
                        ? "storage_config.filesystem.directory"
                        : "common.storage.filesystem.chunks_directory",
                    place));
      }
      checkAddress(bucket, place);
    }
    return new CommonSection(
        pathPrefix,
        replicationFactor,
        ring,
        new Storage(new Filesystem(folder, files.rulesDirectory()), bucket));
  }

  private static void checkAddress(S3Config bucket, String place) {
    try {
      bucket.checkAddress();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(place + ": " + e.getMessage(), e);
    }
  }

  /** Returns the folder of the object store, for when it is no bucket. */
  public Path chunksDirectory() {
    String directory = storage.filesystem().chunksDirectory();
    return directory.isEmpty() ? pathPrefix.resolve("chunks") : Path.of(directory);
  }

  /** Returns the folder of the write-ahead log unless it is configured elsewhere. */
  public Path walDirectory() {
    return pathPrefix.resolve("wal");
  }

  /** Returns the folder of what of the label index is this process's own. */
  public Path indexDirectory() {
    return pathPrefix.resolve("index");
  }

  /** Returns the folder of copies of index files. */
  public Path indexCacheDirectory() {
    return pathPrefix.resolve("index-cache");
  }
}
