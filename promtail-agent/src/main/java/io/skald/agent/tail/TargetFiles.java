package io.skald.agent.tail;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;

/** Finds what lies at the path of a target. */
final class TargetFiles {
  private TargetFiles() {}

  /**
   * Returns the files that a target matches: the one that its path names literally, or those of the
   * glob; without those it excludes.
   *
   * @param directories is told where files may appear
   * @param troubles is told what cannot be listed
   */
  static Set<Path> of(Target target, Consumer<Path> directories, Troubles troubles) {
    Set<Path> found = new LinkedHashSet<>();
    Path literal = target.literalPath();
    if (literal != null && Files.isRegularFile(literal)) {
      found.add(literal);
      Path parent = literal.getParent();
      if (parent != null) {
        directories.accept(parent);
      }
    } else {
      if (literal != null && Files.isDirectory(literal)) {
        troubles.note(literal, noFile(target, literal));
      }
      target
          .glob()
          .walk(
              found::add,
              directories,
              unreadable -> troubles.unreadable(unreadable, cannotList(unreadable)));
    }
    found.removeIf(match -> target.excludes(match.toString()));
    return found;
  }

  private static String noFile(Target target, Path directory) {
    ArchiveFormat archives = target.archives();
    String suffix = archives == null ? "log" : archives.compression().text();
    return "is a directory, so job %s follows nothing there; write %s/*.%s or %s/**/*.%s for __path__"
        .formatted(target.key(), directory, suffix, directory, suffix);
  }

  private static IOException cannotList(Path directory) {
    return Files.isReadable(directory)
        ? new IOException("cannot be listed")
        : new AccessDeniedException(directory.toString());
  }
}
