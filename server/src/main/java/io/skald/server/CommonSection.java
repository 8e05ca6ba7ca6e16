package io.skald.server;

import java.nio.file.Path;

/**
 * The {@code common} block.
 *
 * @param pathPrefix where the process keeps what is its own: WAL, label index
 * @param replicationFactor copies of every stream; a single process holds one
 * @param storage where objects are kept
 */
public record CommonSection(Path pathPrefix, int replicationFactor, Storage storage) {
  static final CommonSection DEFAULTS =
      new CommonSection(Path.of("data"), 1, new Storage(new Filesystem("", "")));

  public CommonSection {
    if (replicationFactor != 1) {
      throw new IllegalArgumentException(
          "common.replication_factor must be 1 in a single process: " + replicationFactor);
    }
  }

  /** Object stores. */
  public record Storage(Filesystem filesystem) {}

  /**
   * Objects as files.
   *
   * @param chunksDirectory empty means {@code chunks} below the path prefix
   * @param rulesDirectory a folder with rules that others write; empty for none
   */
  public record Filesystem(String chunksDirectory, String rulesDirectory) {}

  /** Returns this with another folder of the object store, unless it has one. */
  CommonSection withFallback(String chunksDirectory) {
    return storage.filesystem().chunksDirectory().isEmpty()
        ? new CommonSection(
            pathPrefix,
            replicationFactor,
            new Storage(new Filesystem(chunksDirectory, storage.filesystem().rulesDirectory())))
        : this;
  }

  /** Returns the root of the object store. */
  public Path chunksDirectory() {
    String directory = storage.filesystem().chunksDirectory();
    return directory.isEmpty() ? pathPrefix.resolve("chunks") : Path.of(directory);
  }

  /** Returns the folder of the write-ahead log unless it is configured elsewhere. */
  public Path walDirectory() {
    return pathPrefix.resolve("wal");
  }

  /** Returns the folder of the label index. */
  public Path indexDirectory() {
    return pathPrefix.resolve("index");
  }
}
