package io.skald.agent.tail;

import io.skald.agent.position.FileId;
import io.skald.agent.position.FileStat;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What lay in some directories a moment ago, so that many files are looked for without listing a
 * directory for each of them. For use within one scan; confined to the reader thread.
 */
final class DirectorySnapshots {
  private final Map<Path, Map<Inode, Siblings.Sibling>> first = new HashMap<>();
  private final Map<Path, Map<Inode, Siblings.Sibling>> second = new HashMap<>();

  private record Inode(long device, long number) {}

  /**
   * Returns where the file with this identity lies in {@code directory} now, or null: what two
   * listings miss, as {@link Siblings#find}.
   */
  Siblings.@Nullable Sibling find(Path directory, FileId id) {
    Inode inode = new Inode(id.device(), id.inode());
    Siblings.Sibling seen = snapshot(first, directory).get(inode);
    if (seen == null) {
      seen = snapshot(second, directory).get(inode);
    }
    if (seen == null) {
      return null;
    }
    FileStat now = Siblings.statOrNull(seen.path());
    return now != null && now.isFile(id)
        ? new Siblings.Sibling(seen.path(), now)
        : Siblings.find(directory, id); // renamed since
  }

  private static Map<Inode, Siblings.Sibling> snapshot(
      Map<Path, Map<Inode, Siblings.Sibling>> snapshots, Path directory) {
    return snapshots.computeIfAbsent(
        directory,
        _ -> {
          Map<Inode, Siblings.Sibling> files = new HashMap<>();
          for (Siblings.Sibling file : Siblings.in(directory)) {
            files.put(new Inode(file.stat().device(), file.stat().inode()), file);
          }
          return files;
        });
  }
}
