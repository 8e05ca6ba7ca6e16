package io.skald.agent.position;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStatTest {
  @TempDir Path directory;

  @Test
  void born_writtenOnceBesideAFileOfTwoTimes_isKnown() throws IOException {
    Path touched = Files.createFile(directory.resolve("touched"));
    Files.setLastModifiedTime(touched, FileTime.fromMillis(1));
    FileTime born = Files.readAttributes(touched, BasicFileAttributes.class).creationTime();
    Assumptions.assumeTrue(born.toMillis() != 1, "this file system keeps no time of birth");
    FileStat.of(touched);
    Path once = Files.createFile(directory.resolve("once"));

    FileStat stat = Objects.requireNonNull(FileStat.of(once));

    assertThat(stat.bornNanos()).isEqualTo(stat.modifiedNanos()).isNotZero();
  }
}
