package io.skald.common.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileValueTest {
  @TempDir private Path directory;
  private Path file;
  private FileReloads reloads;
  private FileValue<Integer> value;

  @BeforeEach
  void read() throws IOException {
    file = Files.writeString(directory.resolve("a"), "1");
    reloads = new FileReloads();
    value = reloads.watch("number", List.of(file), FileValueTest::number);
  }

  private static int number(List<byte[]> contents) {
    return Integer.parseInt(new String(contents.getFirst(), StandardCharsets.UTF_8));
  }

  @Test
  void refresh_changedFile_isTakenOver() throws IOException {
    Files.writeString(file, "2");
    reloads.refresh();

    assertThat(value.get()).isEqualTo(2);
    assertThat(reloads.reloads()).isEqualTo(1);
    assertThat(reloads.stale()).isZero();
  }

  @Test
  void refresh_sameContent_doesNothing() throws IOException {
    Files.writeString(file, "1");
    reloads.refresh();

    assertThat(reloads.reloads()).isZero();
  }

  @Test
  void refresh_badFile_keepsTheOldValueAndTellsOnce() throws IOException {
    Files.writeString(file, "x");
    reloads.refresh();
    reloads.refresh();

    assertThat(value.get()).isEqualTo(1);
    assertThat(reloads.failures()).isEqualTo(1);
    assertThat(reloads.stale()).isEqualTo(1);
  }

  @Test
  void refresh_missingThenMended_isTakenOver() throws IOException {
    Files.delete(file);
    reloads.refresh();
    reloads.refresh();
    assertThat(reloads.failures()).isEqualTo(1);
    assertThat(value.get()).isEqualTo(1);

    Files.writeString(file, "3");
    reloads.refresh();
    assertThat(value.get()).isEqualTo(3);
    assertThat(reloads.stale()).isZero();
  }

  @Test
  void refresh_backToTheOldContent_isNoLongerStale() throws IOException {
    Files.writeString(file, "x");
    reloads.refresh();
    Files.writeString(file, "1");
    reloads.refresh();

    assertThat(reloads.stale()).isZero();
  }

  @Test
  void watch_missingFile_isRefused() {
    assertThatThrownBy(
            () -> reloads.watch("n", List.of(directory.resolve("none")), FileValueTest::number))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("file not found: ");
  }
}
