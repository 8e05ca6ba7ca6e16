package io.skald.storage.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The golden files of format version 1 stay readable, and are what is written. */
final class GoldenSegmentTest {
  @Test
  void segmentVersion1_isWrittenAndReadAsEver() throws Exception {
    byte[] golden = golden("segment-v1.hex");

    SimulatedDisk disk = new SimulatedDisk();
    disk.put("00000001.wal", golden);

    assertThat(WalFixture.replay(disk).lines).containsExactly("first", "zweite Zeile äöü", "");
    assertThat(LogReplayTest.logOf(List.of("first", "zweite Zeile äöü", "")).bytes("00000001.wal"))
        .isEqualTo(golden);
  }

  @Test
  void checkpointVersion1_isWrittenAndReadAsEver() throws Exception {
    byte[] golden = golden("checkpoint-v1.hex");

    SimulatedDisk disk = new SimulatedDisk();
    disk.put("checkpoint.00000002", golden);

    WalFixture.Replayed replayed = WalFixture.replay(disk);
    assertThat(replayed.chunks).hasSize(1);
    assertThat(replayed.report.damageCount()).isZero();
    assertThat(CheckpointTest.checkpointOf(replayed.chunks.getFirst())).isEqualTo(golden);
    assertThat(CheckpointTest.checkpointOf(CheckpointTest.chunk(1))).isEqualTo(golden);
  }

  private static byte[] golden(String name) throws IOException {
    try (InputStream in = GoldenSegmentTest.class.getResourceAsStream(name)) {
      assertThat(in).as(name).isNotNull();
      String hex = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return HexFormat.of().parseHex(hex.replaceAll("\\s", ""));
    }
  }
}
