package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.ingest.IngestUnavailableException;
import io.skald.common.model.Fingerprint;
import io.skald.storage.disk.CrashStates;
import io.skald.storage.disk.RecordedFiles;
import io.skald.storage.wal.CheckpointChunk.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that a machine may find of a log after it lost power. */
final class LogCrashTest {
  private static final WalConfig SMALL_SEGMENTS =
      new WalConfig(4096, 1 << 20, 1 << 20, Duration.ZERO, Duration.ZERO);

  /** Starting a log syncs real files, so not every state gets it. */
  private static final int GOES_ON_EVERY = 7;

  @TempDir Path directory;
  private int checked;
  private RecordedFiles files;

  /** Lines by the number of changes when they were acknowledged. */
  private final Map<String, Integer> acknowledged = new LinkedHashMap<>();

  private final Set<String> pushed = new TreeSet<>();

  @BeforeEach
  void prepare() throws IOException {
    files = new RecordedFiles(Files.createDirectory(directory.resolve("real")));
  }

  @Test
  void log_powerLostAtAnyMoment_hasWhatWasAcknowledgedAndNothingElse() throws Exception {
    try (DirectoryWalDisk disk = DirectoryWalDisk.open(wal(files.root()));
        WriteAheadLog log = WalFixture.startedLog(disk, SMALL_SEGMENTS)) {
      append(log, "one");
      append(log, "two " + "x".repeat(4000));
      append(log, "three"); // in the next segment
      checkpoint(log);
      append(log, "four " + "x".repeat(4000));
      append(log, "five");
      checkpoint(log);
      append(log, "six");
    }

    assertThat(checkAll(0)).isGreaterThan(100);
  }

  @Test
  void append_afterAProcessEndedAnywhere_isAsDurableAsEver() throws Exception {
    life("first");
    int all = files.count();
    for (int end = 0; end < all; end++) {
      files = new RecordedFiles(Files.createDirectory(directory.resolve("real-" + end)));
      acknowledged.clear();
      pushed.clear();
      files.endAfter(end);
      try {
        life("first");
      } catch (IOException | IngestUnavailableException e) {
        assertThat(e).hasMessageContaining("ended");
      }
      files.begin();
      life("second");
      checkAll(files.count());
    }
  }

  private void life(String line) throws IOException {
    try (DirectoryWalDisk disk = DirectoryWalDisk.open(wal(files.root()))) {
      WalFixture.replay(disk);
      try (WriteAheadLog log = WalFixture.startedLog(disk, SMALL_SEGMENTS)) {
        append(log, line);
      }
    }
  }

  private static Path wal(Path root) {
    return root.resolve("data").resolve("wal");
  }

  private void append(WriteAheadLog log, String line) {
    pushed.add(line);
    WalFixture.append(log, line);
    acknowledged.put(line, files.count());
  }

  /** Writes a checkpoint with all that was acknowledged, as an ingester that flushed nothing. */
  private void checkpoint(WriteAheadLog log) throws IOException {
    try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
      byte[] area = String.join("", acknowledged.keySet()).getBytes(StandardCharsets.UTF_8);
      EntryBatch.Builder builder = new EntryBatch.Builder(area, new MetadataTable());
      int at = 0;
      for (String line : acknowledged.keySet()) {
        builder.add(1000, at, line.length(), 0);
        at += line.length();
      }
      checkpoint.add(
          new CheckpointChunk(
              WalFixture.TENANT,
              Fingerprint.of(WalFixture.LABELS),
              WalFixture.LABELS,
              log.appliedThrough(),
              1,
              WalPosition.of(1, 20),
              log.appliedThrough(),
              0,
              List.of(new Block.Columns(builder.build()))));
      checkpoint.commit();
    }
  }

  private int checkAll(int from) throws IOException {
    Path scratch = Files.createDirectory(directory.resolve("states-" + files.count()));
    int states = CrashStates.each(files, from, scratch, this::check);
    Files.delete(scratch);
    return states;
  }

  private void check(Path found, int operations) throws IOException {
    String where = "after " + operations + " changes";
    Set<String> expected = new TreeSet<>();
    acknowledged.forEach((line, at) -> {
      if (at <= operations) {
        expected.add(line);
      }
    });
    Set<String> lines = lines(found);
    assertThat(lines).as(where).containsAll(expected);
    assertThat(pushed).as(where).containsAll(lines);
    if (++checked % GOES_ON_EVERY != 0) {
      return;
    }
    // The log goes on, and what was found stays.
    try (DirectoryWalDisk disk = DirectoryWalDisk.open(wal(found));
        WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "after");
    }
    lines.add("after");
    assertThat(lines(found)).as(where).isEqualTo(lines);
  }

  private static Set<String> lines(Path found) throws IOException {
    try (DirectoryWalDisk disk = DirectoryWalDisk.open(wal(found))) {
      WalFixture.Replayed replayed = WalFixture.replay(disk);
      Set<String> lines = new TreeSet<>(replayed.lines);
      for (CheckpointChunk chunk : replayed.chunks) {
        for (Block block : chunk.blocks()) {
          if (block instanceof Block.Columns(var entries)) {
            for (int i = 0; i < entries.size(); i++) {
              lines.add(WalFixture.line(entries, i));
            }
          }
        }
      }
      assertThat(replayed.report.damages()).isEmpty();
      return lines;
    }
  }
}
