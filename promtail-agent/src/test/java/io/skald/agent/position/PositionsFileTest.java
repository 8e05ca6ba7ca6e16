package io.skald.agent.position;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionsFileTest {
  @TempDir Path directory;

  @Test
  void load_promtailsFile_givesOffsetsAndKeepsForeignKeys() throws IOException {
    Files.writeString(
        file(), "positions:\n  /gone.log: \"7\"\n  /plain: 12\n  cursor-job: \"s=abc;i=1\"\n");

    PositionsFile positions = PositionsFile.load(file(), false, 1);
    assertThat(positions.loadedOffset("/gone.log")).hasValue(7);
    assertThat(positions.loadedOffset("/plain")).hasValue(12);
    assertThat(positions.loadedOffset("/other")).isEmpty();
    positions.write();

    assertThat(Files.readString(file())).isEqualTo("positions:\n  cursor-job: \"s=abc;i=1\"\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void loadedOffset_noNumber_startsOver() throws IOException {
    Files.writeString(file(), "positions:\n  /a.log: \"many\"\n");

    assertThat(PositionsFile.load(file(), false, 1).loadedOffset("/a.log")).isEmpty();
  }

  @Test
  void write_severalClients_keepsTheSmallestOffsetOfThePresentFile() throws IOException {
    Path log = Files.writeString(directory.resolve("a b: \"c\".log"), "x");
    FileStat stat = Objects.requireNonNull(FileStat.of(log));
    PositionsFile positions = PositionsFile.load(file(), false, 1);
    positions.update("one", List.of(position(stat, stat.inode(), 30, log)));
    positions.update(
        "two",
        List.of(position(stat, stat.inode(), 20, log), position(stat, stat.inode() + 1, 5, log)));
    positions.write();

    assertThat(PositionsFile.load(file(), false, 1).loadedOffset(log.toString())).hasValue(20);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"[", "positions: [1]\n", "other: {}\n", "positions: {}\nx: 1\n", "a: : b\n"})
  void load_damaged_refusesUnlessTold(String content) throws IOException {
    Files.writeString(file(), content);

    assertThatThrownBy(() -> PositionsFile.load(file(), false, 1))
        .isInstanceOf(InvalidPositionsException.class)
        .hasMessageContaining(file().toString())
        .hasMessageContaining("ignore_invalid_yaml");
    assertThat(PositionsFile.load(file(), true, 5).loadedOffset("/a")).isEmpty();
    assertThat(directory.resolve("positions.yaml.damaged-5")).hasContent(content);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\0\0\0\0", "posit", "positions:\n  /a.log: \"1"})
  void load_leftByACrash_isSetAside(String content) throws IOException {
    Files.writeString(file(), content);

    assertThat(PositionsFile.load(file(), false, 5).loadedOffset("/a.log")).isEmpty();
    assertThat(directory.resolve("positions.yaml.damaged-5")).exists();
  }

  private Path file() {
    return directory.resolve("positions.yaml");
  }

  private static FilePosition position(FileStat stat, long inode, long offset, Path path) {
    return new FilePosition(
        new FileId("job/0", stat.device(), inode),
        0,
        FileHead.NONE,
        offset,
        LineState.START,
        path.toString());
  }
}
