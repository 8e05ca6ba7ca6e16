package io.skald.tests;

import java.io.IOException;
import java.nio.file.Path;

/** A disk of a few MiB, which can be full: a tmpfs, which only root can mount. */
final class SmallDisk implements AutoCloseable {
  private final Path folder;

  private SmallDisk(Path folder) {
    this.folder = folder;
  }

  /**
   * Mounts one.
   *
   * @param folder is there
   * @throws IOException if that cannot be done here
   */
  static SmallDisk mount(Path folder, int kib) throws IOException, InterruptedException {
    run(folder, "mount", "-t", "tmpfs", "-o", "size=" + kib + "k", "tmpfs", folder.toString());
    return new SmallDisk(folder);
  }

  /** Makes it larger or smaller; what it holds stays. */
  void resize(int kib) throws IOException, InterruptedException {
    run(folder, "mount", "-o", "remount,size=" + kib + "k", folder.toString());
  }

  private static void run(Path folder, String... command) throws IOException, InterruptedException {
    Tool tool = Tool.run(folder.resolve(".."), command);
    if (tool.exitCode() != 0) {
      throw new IOException(String.join(" ", command) + ": " + tool.output());
    }
  }

  /** Takes it away, with what it holds. */
  @Override
  public void close() throws IOException, InterruptedException {
    run(folder, "umount", "-l", folder.toString());
  }
}
