package io.skald.agent.tail;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.agent.position.FileId;
import io.skald.agent.position.FileStat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectorySnapshotsTest {
  private final DirectorySnapshots snapshots = new DirectorySnapshots();
  @TempDir private Path directory;

  @Test
  void find_fileRenamedAfterTheListing_whereItLiesNow() throws IOException {
    Path first = Files.writeString(directory.resolve("a.log"), "1\n");
    Path other = Files.writeString(directory.resolve("b.log"), "2\n");
    FileId id = idOf(first);
    assertThat(snapshots.find(directory, id)).extracting(Siblings.Sibling::path).isEqualTo(first);

    Files.move(first, directory.resolve("a.log.1"));
    Files.move(other, first);

    assertThat(snapshots.find(directory, id))
        .extracting(Siblings.Sibling::path)
        .isEqualTo(directory.resolve("a.log.1"));
  }

  @Test
  void find_fileOfAnotherDirectory_null() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("other"));
    Path file = Files.writeString(elsewhere.resolve("a.log"), "1\n");

    assertThat(snapshots.find(directory, idOf(file))).isNull();
    assertThat(snapshots.find(elsewhere, idOf(file))).isNotNull();
  }

  private static FileId idOf(Path file) throws IOException {
    FileStat stat = FileStat.of(file);
    if (stat == null) {
      throw new AssertionError(file + " is not there");
    }
    return new FileId("job", stat.device(), stat.inode());
  }
}
