package io.skald.common.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Directories that are still there after the machine lost power.
 *
 * <p>A directory is durable when its entry in its parent was synced. That it exists says nothing:
 * another thread may have made it a moment ago, or a process that ended before it synced. So
 * parents are synced whether or not anything was missing.
 */
public final class DurableDirectories {
  private DurableDirectories() {}

  /**
   * Creates a directory and what is missing on the way to it, and makes all of that durable.
   *
   * @throws IOException if it cannot be created, or what was created not synced
   */
  public static void create(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath();
    Path parent = absolute.getParent();
    if (parent == null) {
      return;
    }
    create(parent);
    if (make(absolute)) {
      sync(parent);
      return;
    }
    try {
      sync(parent);
    } catch (IOException _) {
      // It was there before, and belongs to somebody who does not let us read it.
    }
  }

  /**
   * As {@link #create(Path)}, for a directory below one that is durable.
   *
   * @param top a durable directory on the way
   */
  public static void create(Path directory, Path top) throws IOException {
    Path parent = directory.getParent();
    if (parent == null || directory.equals(top)) {
      return;
    }
    create(parent, top);
    make(directory);
    sync(parent);
  }

  /** Returns whether the directory was missing. */
  private static boolean make(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return false;
    }
    try {
      Files.createDirectory(directory);
    } catch (FileAlreadyExistsException e) {
      // Another thread was faster; unless something else is in the way, that is what we want.
      if (!Files.isDirectory(directory)) {
        throw e;
      }
    }
    return true;
  }

  /** Makes the entries of a directory durable, which Linux does on a descriptor for reading. */
  public static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
