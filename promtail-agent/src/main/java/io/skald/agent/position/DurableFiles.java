package io.skald.agent.position;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Replaces a file so that a crash leaves the old or the new content, never a mixture. */
final class DurableFiles {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private DurableFiles() {}

  /** Writes the content of a file. */
  interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  static void replace(Path file, ByteBuffer content) throws IOException {
    replace(file, channel -> writeAll(channel, content));
  }

  /** Writes all bytes at the end of a new file. */
  static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes beside {@code file}, syncs, renames over it, syncs the directory; mode 0600. */
  static void replace(Path file, Content content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW),
            OWNER_ONLY)) {
      content.writeTo(channel);
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }

  /**
   * Renames a damaged file to {@code <name>.damaged-<nanos>} so that it can be looked at.
   *
   * @return the new path
   */
  static Path setAside(Path file, long nowNanos) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged-" + nowNanos);
    return Files.move(file, aside, StandardCopyOption.ATOMIC_MOVE);
  }
}
