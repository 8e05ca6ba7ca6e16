package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.EntryBatch;
import io.skald.common.block.MetadataTable;
import io.skald.common.model.Fingerprint;
import io.skald.common.model.Labels;
import io.skald.storage.wal.CheckpointChunk.Block;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class CheckpointTest {
  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void commit_coversTheOlderSegments() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk(1));
        WalFixture.append(log, "during");
        checkpoint.commit();
      }
      WalFixture.append(log, "after");
    }
    assertThat(disk.list()).containsExactly("00000002.wal", "checkpoint.00000002");

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    assertThat(replayed.lines).containsExactly("during", "after");
    assertThat(replayed.chunks).hasSize(1);
    CheckpointChunk chunk = replayed.chunks.getFirst();
    assertThat(chunk).usingRecursiveComparison().ignoringFields("blocks").isEqualTo(chunk(1));
    assertThat(((Block.Sealed) chunk.blocks().get(0)).bytes()).containsExactly(1, 2, 3);
    EntryBatch entries = ((Block.Columns) chunk.blocks().get(1)).entries();
    assertThat(entries.size()).isEqualTo(1);
    assertThat(WalFixture.line(entries, 0)).isEqualTo("line");
    assertThat(entries.metadata().get(entries.metadataId(0))).isEqualTo(Labels.of("k", "v"));
  }

  @Test
  void close_withoutCommit_leavesTheLogAsItWas() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk(1));
      }
    }
    assertThat(disk.list()).containsExactly("00000001.wal");
    assertThat(WalFixture.replay(disk).lines).containsExactly("old");
  }

  @Test
  void commit_diskFull_keepsTheOlderSegments() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk(1));
        disk.limitTo(disk.usedBytes());
        assertThatThrownBy(checkpoint::commit)
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space");
      }
    }
    assertThat(WalFixture.replay(disk).lines).containsExactly("old");
    assertThat(disk.list()).containsExactly("00000001.wal");
  }

  @Test
  void commit_syncOfTheFileFails_keepsTheOlderSegments() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk(1));
        disk.beforeSync(CheckpointTest::fail);
        assertThatThrownBy(checkpoint::commit).hasMessage("Input/output error");
      }
      disk.beforeSync(() -> {});
    }
    assertThat(WalFixture.replay(disk).lines).containsExactly("old");
    assertThat(disk.list()).containsExactly("00000001.wal");
  }

  /** A checkpoint that stayed would be replayed when its chunks are flushed, and forgotten. */
  @Test
  void commit_syncOfTheNameFails_leavesNoCheckpoint() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk(1));
        disk.beforeDirectorySync(CheckpointTest::fail);
        assertThatThrownBy(checkpoint::commit).hasMessage("Input/output error");
      }
      assertThat(log.oldestReplayable())
          .as("its name may be on the disk")
          .isEqualTo(WalPosition.NONE);

      disk.beforeDirectorySync(() -> {});
      log.deleteBefore(WalPosition.of(1, 0));
      assertThat(log.oldestReplayable()).isEqualTo(WalPosition.of(1, 0));
    }
    WalFixture.Replayed replayed = WalFixture.replay(disk.crash(new Random(1)));
    assertThat(replayed.lines).containsExactly("old");
    assertThat(replayed.chunks).isEmpty();
  }

  @Test
  void deleteBefore_syncFails_countsTheSegmentsAsReplayableUntilOneSucceeds() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      log.beginCheckpoint().close(); // begins a new segment
      WalFixture.append(log, "new");
      disk.beforeDirectorySync(CheckpointTest::fail);
      log.deleteBefore(WalPosition.of(2, 0));
      assertThat(disk.list()).containsExactly("00000002.wal");
      assertThat(log.oldestReplayable()).isEqualTo(WalPosition.NONE);

      disk.beforeDirectorySync(() -> {});
      log.deleteBefore(WalPosition.of(2, 0));
      assertThat(log.oldestReplayable()).isEqualTo(WalPosition.of(2, 0));
    }
  }

  private static void fail() throws IOException {
    throw new IOException("Input/output error");
  }

  @Test
  void commit_aSecondCheckpoint_replacesTheFirst() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      for (int i = 1; i <= 2; i++) {
        WalFixture.append(log, "line");
        try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
          checkpoint.add(chunk(i));
          checkpoint.commit();
        }
      }
      WalFixture.append(log, "after");
      assertThat(disk.list()).containsExactly("00000003.wal", "checkpoint.00000003");

      log.deleteBefore(WalPosition.of(2, 0));
      assertThat(disk.list()).as("data of segment 2 is in it").contains("checkpoint.00000003");
      log.deleteBefore(WalPosition.of(3, 20));
      assertThat(disk.list()).containsExactly("00000003.wal");
    }
  }

  @Test
  void commit_crashAtAnyMoment_losesNothing() throws Exception {
    long seed = 5;
    Random random = new Random(seed);
    for (int round = 0; round < 100; round++) {
      SimulatedDisk before = new SimulatedDisk();
      SimulatedDisk[] after = new SimulatedDisk[1];
      int crashAtSync = random.nextInt(3);
      try (WriteAheadLog log = WalFixture.startedLog(before)) {
        WalFixture.append(log, "old");
        try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
          checkpoint.add(chunk(1));
          if (crashAtSync == 0) {
            before.beforeSync(() -> after[0] = before.crash(random));
          }
          checkpoint.commit();
          if (crashAtSync > 0) {
            after[0] = before.crash(random);
          }
        }
      }
      WalFixture.Replayed replayed = WalFixture.replay(after[0]);
      boolean fromSegment = replayed.lines.contains("old");
      boolean fromCheckpoint = !replayed.chunks.isEmpty();
      assertThat(fromSegment || fromCheckpoint).as("seed %s round %s", seed, round).isTrue();
    }
  }

  @Test
  void replay_everyBitOfACheckpointFlipped_neverChangesAChunk() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk(1));
        checkpoint.add(chunk(2));
        checkpoint.commit();
      }
    }
    byte[] bytes = disk.bytes("checkpoint.00000002");
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      SimulatedDisk damaged = new SimulatedDisk();
      damaged.put("checkpoint.00000002", flipped);

      WalFixture.Replayed replayed = WalFixture.replay(damaged);

      assertThat(replayed.report.damageCount()).as("bit %s", bit).isPositive();
      assertThat(replayed.chunks.size()).as("bit %s", bit).isGreaterThanOrEqualTo(1);
      for (CheckpointChunk chunk : replayed.chunks) {
        assertThat(chunk)
            .as("bit %s", bit)
            .usingRecursiveComparison()
            .ignoringFields("blocks")
            .isEqualTo(chunk(chunk.chunkId()));
      }
    }
  }

  @Test
  void replay_checkpointCutAtEveryByte_isReportedAndInventsNothing() throws Exception {
    byte[] bytes = checkpointOf(chunk(1));
    for (int length = 0; length < bytes.length; length++) {
      SimulatedDisk damaged = new SimulatedDisk();
      damaged.put("checkpoint.00000002", Arrays.copyOf(bytes, length));

      WalFixture.Replayed replayed = WalFixture.replay(damaged);

      assertThat(replayed.report.damageCount()).as("cut at %s", length).isPositive();
      for (CheckpointChunk chunk : replayed.chunks) {
        assertThat(chunk)
            .as("cut at %s", length)
            .usingRecursiveComparison()
            .ignoringFields("blocks")
            .isEqualTo(chunk(1));
      }
    }
  }

  /** Returns the bytes of a checkpoint file with this chunk alone. */
  static byte[] checkpointOf(CheckpointChunk chunk) throws IOException {
    SimulatedDisk disk = new SimulatedDisk();
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(chunk);
        checkpoint.commit();
      }
    }
    return disk.bytes("checkpoint.00000002");
  }

  static CheckpointChunk chunk(long id) {
    byte[] area = "line".getBytes(StandardCharsets.UTF_8);
    EntryBatch.Builder builder = new EntryBatch.Builder(area, new MetadataTable());
    builder.add(99, 0, 4, builder.metadata().intern(Labels.of("k", "v")));
    return new CheckpointChunk(
        WalFixture.TENANT,
        Fingerprint.of(WalFixture.LABELS),
        WalFixture.LABELS,
        WalPosition.of(1, 500),
        id,
        WalPosition.of(1, 20),
        WalPosition.of(1, 400),
        123456789,
        List.of(new Block.Sealed(new byte[] {1, 2, 3}), new Block.Columns(builder.build())));
  }
}
