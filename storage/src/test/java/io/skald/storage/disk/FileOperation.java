package io.skald.storage.disk;

/**
 * What was done to a file system. A file is known by a number that it keeps when it is renamed;
 * paths are those of the entries, relative to the root.
 */
sealed interface FileOperation {
  record MakeDirectory(String path) implements FileOperation {}

  record Create(String path, int file) implements FileOperation {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Write(int file, long offset, byte[] bytes) implements FileOperation {}

  record Truncate(int file, long length) implements FileOperation {}

  record Force(int file) implements FileOperation {}

  record ForceDirectory(String path) implements FileOperation {}

  record Rename(String from, String to) implements FileOperation {}

  record Delete(String path) implements FileOperation {}
}
