package io.skald.server;

/**
 * The {@code storage_config} block, of which a folder for chunks is left; {@code common.storage} is
 * the newer place for it.
 */
public record StorageSection(Filesystem filesystem) {
  static final StorageSection DEFAULTS = new StorageSection(new Filesystem(""));

  /**
   * Objects as files.
   *
   * @param directory used where {@code common.storage.filesystem.chunks_directory} is empty
   */
  public record Filesystem(String directory) {}
}
