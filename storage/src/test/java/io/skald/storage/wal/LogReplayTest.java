package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skald.common.block.StorageException;
import io.skald.common.ingest.IngestUnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

final class LogReplayTest {
  private static final String FILE = "00000001.wal";
  private static final List<String> LINES = List.of("first", "second", "third", "fourth");

  @Test
  void replay_lastRecordCutAtEveryByte_keepsTheRestAndCutsTheTail() throws Exception {
    SimulatedDisk whole = logOf(LINES);
    byte[] bytes = whole.bytes(FILE);
    int lastStart = bytes.length - WalFixture.record("fourth").recordBytes();

    for (int length = lastStart; length < bytes.length; length++) {
      SimulatedDisk cut = new SimulatedDisk();
      cut.put(FILE, Arrays.copyOf(bytes, length));

      WalFixture.Replayed replayed = WalFixture.replay(cut);

      assertThat(replayed.lines).as("cut at %s", length).isEqualTo(LINES.subList(0, 3));
      assertThat(replayed.report.damages()).isEmpty();
      assertThat(replayed.report.tornTailBytes()).isEqualTo(length - lastStart);
      assertThat(cut.bytes(FILE)).hasSize(lastStart);
    }
  }

  /** Behind a record, and to nothing, an older segment can be cut unseen: no one says its size. */
  @Test
  void replay_olderSegmentCutInsideARecord_isReported() throws Exception {
    SimulatedDisk disk = logOf(LINES);
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "fifth");
    }
    byte[] bytes = disk.bytes(FILE);
    List<Integer> ends = new ArrayList<>(List.of(SegmentFormat.FILE_HEADER_BYTES));
    LINES.forEach(line -> ends.add(ends.getLast() + WalFixture.record(line).recordBytes()));
    for (int length = 0; length < bytes.length; length++) {
      SimulatedDisk cut = new SimulatedDisk();
      cut.put(FILE, Arrays.copyOf(bytes, length));
      cut.put("00000002.wal", disk.bytes("00000002.wal"));

      WalFixture.Replayed replayed = WalFixture.replay(cut);

      int end = length;
      List<String> kept =
          LINES.subList(0, (int) ends.stream().skip(1).filter(e -> e <= end).count());
      List<String> expected = new ArrayList<>(kept);
      expected.add("fifth");
      assertThat(replayed.lines).as("cut at %s", length).isEqualTo(expected);
      assertThat(replayed.report.damageCount() > 0)
          .as("cut at %s is reported", length)
          .isEqualTo(length > 0 && !ends.contains(length));
      assertThat(cut.bytes(FILE)).as("nothing is cut off").hasSize(length);
    }
  }

  @Test
  void replay_fileCutInItsHeader_isEmpty() throws Exception {
    byte[] bytes = logOf(LINES).bytes(FILE);
    for (int length = 0; length < SegmentFormat.FILE_HEADER_BYTES; length++) {
      SimulatedDisk cut = new SimulatedDisk();
      cut.put(FILE, Arrays.copyOf(bytes, length));
      WalFixture.Replayed replayed = WalFixture.replay(cut);
      assertThat(replayed.lines).isEmpty();
      try (WriteAheadLog log = WalFixture.startedLog(cut)) {
        WalFixture.append(log, "on");
      }
      assertThat(WalFixture.replay(cut).lines).containsExactly("on");
    }
  }

  @Test
  void replay_everyBitFlipped_losesAtMostOneRecordAndNeverChangesOne() throws Exception {
    byte[] bytes = logOf(LINES).bytes(FILE);
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      byte[] flipped = bytes.clone();
      flipped[bit / 8] ^= (byte) (1 << (bit % 8));
      SimulatedDisk damaged = new SimulatedDisk();
      damaged.put(FILE, flipped);

      WalFixture.Replayed replayed = WalFixture.replay(damaged);

      assertThat(LINES).as("bit %s", bit).containsAll(replayed.lines);
      boolean inFileHeader = bit / 8 < SegmentFormat.FILE_HEADER_BYTES;
      assertThat(replayed.lines).as("bit %s", bit).hasSize(inFileHeader ? 4 : 3);
      assertThat(replayed.report.damageCount() + replayed.report.tornTailBytes())
          .as("bit %s is reported", bit)
          .isPositive();
    }
  }

  @Test
  void replay_damageInTheMiddle_reportsFileOffsetAndLength() throws Exception {
    SimulatedDisk disk = logOf(LINES);
    byte[] bytes = disk.bytes(FILE);
    int start = SegmentFormat.FILE_HEADER_BYTES + WalFixture.record("first").recordBytes();
    int length = WalFixture.record("second").recordBytes();
    Arrays.fill(bytes, start, start + 20, (byte) 0x55);
    disk.put(FILE, bytes);

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    assertThat(replayed.lines).containsExactly("first", "third", "fourth");
    assertThat(replayed.report.damages())
        .containsExactly(new WalDamage(FILE, start, length, "no valid record before the next one"));
  }

  @Test
  void replay_randomDamage_neverInventsARecord() throws Exception {
    long seed = 20261120;
    Random random = new Random(seed);
    byte[] bytes = logOf(LINES).bytes(FILE);
    for (int round = 0; round < 500; round++) {
      byte[] damaged = bytes.clone();
      for (int hit = random.nextInt(4); hit >= 0; hit--) {
        int from = random.nextInt(damaged.length);
        int to = Math.min(damaged.length, from + 1 + random.nextInt(40));
        for (int i = from; i < to; i++) {
          damaged[i] = (byte) random.nextInt();
        }
      }
      SimulatedDisk disk = new SimulatedDisk();
      disk.put(FILE, damaged);
      List<String> lines = WalFixture.replay(disk).lines;
      assertThat(WalFixture.isSubsequence(lines, LINES))
          .as("seed %s round %s: %s", seed, round, lines)
          .isTrue();
    }
  }

  @Test
  void replay_recordInsideADamagedLine_isNotTakenForOne() throws Exception {
    SimulatedDisk donor = logOf(List.of("smuggled"));
    byte[] donated = donor.bytes(FILE);
    String inner =
        new String(
            donated,
            SegmentFormat.FILE_HEADER_BYTES,
            donated.length - SegmentFormat.FILE_HEADER_BYTES,
            StandardCharsets.ISO_8859_1);
    SimulatedDisk disk = logOf(List.of("xx" + inner, "after"));
    byte[] bytes = disk.bytes(FILE);
    bytes[SegmentFormat.FILE_HEADER_BYTES] ^= 1;
    disk.put(FILE, bytes);

    assertThat(WalFixture.replay(disk).lines).containsExactly("after");
  }

  @Test
  void replay_damagedEndOfAnOlderSegment_isReportedNotCut() throws Exception {
    SimulatedDisk disk = logOf(LINES);
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "fifth");
    }
    byte[] bytes = disk.bytes(FILE);
    disk.put(FILE, Arrays.copyOf(bytes, bytes.length - 1));

    WalFixture.Replayed replayed = WalFixture.replay(disk);

    assertThat(replayed.lines).containsExactly("first", "second", "third", "fifth");
    assertThat(replayed.report.damages()).hasSize(1);
    assertThat(replayed.report.tornTailBytes()).isZero();
  }

  @Test
  void replay_unknownVersion_isRefused() throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    disk.put(FILE, ofUnknownVersion());

    assertThatThrownBy(() -> WalFixture.replay(disk))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(FILE)
        .hasMessageContaining("version 3");
  }

  /** Returns a segment that says it is of version 3. */
  static byte[] ofUnknownVersion() throws Exception {
    byte[] bytes = logOf(LINES).bytes(FILE);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putInt(8, 3);
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 16);
    header.putInt(16, (int) crc.getValue());
    return bytes;
  }

  @Test
  void replay_afterCrashes_findsEverythingAcknowledgedAndNothingElse() throws Exception {
    long seed = 77;
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      SimulatedDisk disk = new SimulatedDisk();
      List<String> acknowledged = new ArrayList<>();
      List<String> pushed = new ArrayList<>();
      for (int life = 0; life < 3; life++) {
        SimulatedDisk found;
        try (WriteAheadLog log = WalFixture.startedLog(disk)) {
          int failAt = random.nextInt(12);
          for (int i = 0; i < 10; i++) {
            String line =
                "r" + round + "l" + life + "i" + i + "-" + "x".repeat(random.nextInt(300));
            pushed.add(line);
            if (i == failAt) {
              disk.beforeSync(() -> {
                throw new IOException("power is going");
              });
            }
            try {
              WalFixture.append(log, line);
              acknowledged.add(line);
            } catch (IngestUnavailableException _) {
              assertThat(i).isGreaterThanOrEqualTo(failAt);
            }
          }
          found = disk.crash(random);
        }
        disk = found;
        List<String> lines = WalFixture.replay(disk).lines;
        assertThat(WalFixture.isSubsequence(acknowledged, lines))
            .as("seed %s round %s keeps what was acknowledged", seed, round)
            .isTrue();
        assertThat(WalFixture.isSubsequence(lines, pushed))
            .as("seed %s round %s invents nothing", seed, round)
            .isTrue();
      }
    }
  }

  static SimulatedDisk logOf(List<String> lines) throws Exception {
    SimulatedDisk disk = new SimulatedDisk();
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, lines.toArray(new String[0]));
    }
    return disk;
  }
}
