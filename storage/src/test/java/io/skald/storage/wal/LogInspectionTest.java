package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import io.skald.storage.wal.LogFileReport.Kind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LogInspectionTest {
  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void run_wholeLog_countsAndChangesNothing() throws Exception {
    try (WriteAheadLog log = WalFixture.startedLog(disk)) {
      WalFixture.append(log, "old");
      try (CheckpointWriter checkpoint = log.beginCheckpoint()) {
        checkpoint.add(CheckpointTest.chunk(1));
        checkpoint.commit();
      }
      WalFixture.append(log, "one", "two");
    }
    disk.put("checkpoint.00000009.tmp", new byte[3]);
    disk.put("README", new byte[4]);

    List<LogFileReport> reports = new LogInspection(disk).run();

    assertThat(reports)
        .extracting(LogFileReport::name)
        .containsExactly(
            "00000002.wal", "checkpoint.00000002", "checkpoint.00000009.tmp", "README");
    assertThat(reports).allMatch(LogFileReport::isWhole);
    LogFileReport segment = reports.getFirst();
    assertThat(segment.records()).isEqualTo(2);
    assertThat(segment.entries()).isEqualTo(2);
    assertThat(segment.minTimestamp()).isEqualTo(1000);
    assertThat(segment.tenants()).containsExactly(WalFixture.TENANT);
    assertThat(reports.get(1).records()).isEqualTo(1);
    assertThat(reports.get(2).kind()).isEqualTo(Kind.UNFINISHED);
    assertThat(disk.list()).hasSize(4);
  }

  @Test
  void run_tornTailAndDamage_areToldApart() throws Exception {
    byte[] bytes = LogReplayTest.logOf(List.of("first", "second", "third")).bytes("00000001.wal");
    bytes[SegmentFormat.FILE_HEADER_BYTES + SegmentFormat.RECORD_HEADER_BYTES] ^= 1;
    disk.put("00000001.wal", Arrays.copyOf(bytes, bytes.length - 2));

    LogFileReport report = new LogInspection(disk).run().getFirst();

    assertThat(report.records()).isEqualTo(1);
    assertThat(report.damages()).hasSize(1);
    assertThat(report.tornTailBytes()).isEqualTo(WalFixture.record("third").recordBytes() - 2);
    assertThat(disk.bytes("00000001.wal")).hasSize(bytes.length - 2);
  }

  @Test
  void run_unknownVersion_saysWhatAStartWould() throws Exception {
    disk.put("00000001.wal", LogReplayTest.ofUnknownVersion());

    LogFileReport report = new LogInspection(disk).run().getFirst();

    assertThat(report.isWhole()).isFalse();
    assertThat(report.refusal()).contains("version 3");
  }
}
