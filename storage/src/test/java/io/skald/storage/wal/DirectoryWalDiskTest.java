package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryWalDiskTest {
  @TempDir Path directory;

  @Test
  void log_onRealFiles_survivesReopening() throws Exception {
    Path nested = directory.resolve("a/wal");
    try (DirectoryWalDisk disk = DirectoryWalDisk.open(nested)) {
      try (WriteAheadLog log = WalFixture.startedLog(disk)) {
        WalFixture.append(log, "one", "two");
        try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
          checkpoint.commit();
        }
        WalFixture.append(log, "three");
      }
    }
    Path last = nested.resolve("00000002.wal");
    long whole = Files.size(last);
    Files.write(last, new byte[5], StandardOpenOption.APPEND);

    try (DirectoryWalDisk disk = DirectoryWalDisk.open(nested)) {
      WalFixture.Replayed replayed = WalFixture.replay(disk);
      assertThat(replayed.lines).containsExactly("three");
      assertThat(replayed.report.tornTailBytes()).isEqualTo(5);
    }
    assertThat(last).hasSize(whole);
    assertThat(nested.resolve("00000001.wal")).doesNotExist();
  }

  @Test
  void open_directoryInUse_isRefused() throws Exception {
    try (DirectoryWalDisk _ = DirectoryWalDisk.open(directory)) {
      assertThatThrownBy(() -> DirectoryWalDisk.open(directory))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("in use by another ingester");
    }
    DirectoryWalDisk.open(directory).close();
  }
}
